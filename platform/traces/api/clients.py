"""What older clients cannot read: their generated types raise, and the program gets nothing."""

from django.http import HttpRequest

V1_SCORES = ("NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT")  # a correction has no place in that shape
SDK_2_SCORES = ("NUMERIC", "BOOLEAN", "CATEGORICAL")


def is_sdk_2(request: HttpRequest) -> bool:
    """A Langfuse SDK for Python of version 2 or before; it says so with every request."""
    return request.headers.get("X-Langfuse-Sdk-Version", "").startswith(("0.", "1.", "2."))


def takes_null_cost(request: HttpRequest) -> bool:
    """Whether the client can hold a cost that is not known."""
    return not is_sdk_2(request)


def score_types(request: HttpRequest) -> tuple[str, ...]:
    """The types of score that the first shape can show this client."""
    return SDK_2_SCORES if is_sdk_2(request) else V1_SCORES


def knows_attribute_conditions(request: HttpRequest) -> bool:
    """Whether the client's types know prices that depend on a call's attributes (from 4)."""
    name = request.headers.get("X-Langfuse-Sdk-Name", "")
    version = request.headers.get("X-Langfuse-Sdk-Version", "")
    return not (name == "python" and version.startswith(("0.", "1.", "2.", "3.")))
