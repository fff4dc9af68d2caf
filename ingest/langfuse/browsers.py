"""What browsers may send from other people's pages: nothing here reads a cookie, the key in the
request is all that counts, so any page may ask.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

HEADERS = (
    "Authorization, Content-Type, X-Langfuse-Sdk-Name, X-Langfuse-Sdk-Version,"
    " X-Langfuse-Sdk-Variant, X-Langfuse-Public-Key"
)
HOURS_12 = 12 * 3600


def allow_any_page(response: HttpResponseBase) -> None:
    response["Access-Control-Allow-Origin"] = "*"


def preflight() -> HttpResponse:
    """What a browser asks before it sends."""
    answer = HttpResponse(status=204)
    allow_any_page(answer)
    answer["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    answer["Access-Control-Allow-Headers"] = HEADERS
    answer["Access-Control-Max-Age"] = str(HOURS_12)
    return answer


class FromBrowsers:
    """Mixed into a view whose POST a public key alone may use."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return preflight()
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST":
            allow_any_page(response)
        return response
