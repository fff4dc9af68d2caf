"""What all Langfuse-shaped endpoints share: who may call them, and what an error looks like."""

import random
from typing import Any

from django.http import Http404, HttpRequest
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import ApiKeyAuthentication
from traces.errors import LimitReached, Unavailable
from traces.queries.langfuse.filters import UnknownFilter

# The names by which Langfuse's clients tell errors apart. Their tests wait for the first one.
NOT_FOUND = "LangfuseNotFoundError"
INVALID = "InvalidRequestError"
ERROR_NAMES = {
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: NOT_FOUND,
    405: "MethodNotAllowedError",
    409: "LangfuseConflictError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    422: "UnprocessableError",
    429: "RateLimitError",
    503: "ServiceUnavailableError",
}


class Away(exceptions.APIException):
    """A store cannot be reached now. 503 with Retry-After, which every SDK retries."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The store is away for a moment. Please try again."

    def __init__(self, retry_after: int | None = None):
        super().__init__()
        self.wait = retry_after or random.randint(1, 5)


class TooMuch(exceptions.APIException):
    """The question runs into the store's limits: asked of less data, it can be answered."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "The query took too long or too much memory. Ask for a shorter time range."


class JsonAlways(BaseContentNegotiation):
    """JSON is all there is: who accepts something else gets it too, rather than a 406."""

    def select_parser(self, request: HttpRequest, parsers: list) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: HttpRequest, renderers: list, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class LangfuseView(APIView):
    """Key-authenticated JSON. A subclass says which scope it needs in `permission_classes`."""

    authentication_classes = (ApiKeyAuthentication,)
    content_negotiation_class = JsonAlways

    def initial(self, request, *args, **kwargs) -> None:
        """No store takes a NUL, so nothing is named with one."""
        super().initial(request, *args, **kwargs)
        if any("\0" in text for text in kwargs.values()):
            raise exceptions.NotFound("There is nothing whose name holds a NUL.")
        if any("\0" in text for _, given in request.GET.lists() for text in given):
            raise exceptions.ValidationError("A parameter's value must not hold a NUL.")

    def get_exception_handler(self):
        return self.error_response

    def error_response(self, error: Exception, context: dict) -> Response | None:
        """The answer to an error that is the caller's or will pass; None for one of ours."""
        told = self.told(error)
        return error_response(told) if isinstance(told, exceptions.APIException) else None

    def told(self, error: Exception) -> Exception:
        """What the caller is told of an error from further in."""
        if isinstance(error, Http404):
            return exceptions.NotFound(str(error) or None)
        if isinstance(error, LimitReached):
            return TooMuch()
        if isinstance(error, Unavailable):
            return Away()
        if isinstance(error, UnknownFilter):
            return exceptions.ValidationError(str(error))
        return error


def error_response(error: exceptions.APIException) -> Response:
    """`{"message", "error"}`, with the headers that REST framework would give."""
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(_body(error), status=error.status_code, headers=headers)


def _body(error: exceptions.APIException) -> dict:
    if isinstance(error, exceptions.ValidationError):
        issues = error.detail if isinstance(error.detail, list) else [error.detail]
        return {"message": "Invalid request data", "error": [{"message": str(i)} for i in issues]}
    return {
        "message": str(error.detail),
        "error": ERROR_NAMES.get(error.status_code, INVALID),
    }
