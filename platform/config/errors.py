"""What whoever asks is told when a request failed, in the shape of the door they came by."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from accounts.views import errors as pages
from ingest.otlp import answers
from ingest.otlp.views import ExportView, answer_type_of
from traces.api.v1.problems import MEDIA_TYPE, problem
from traces.api.view import ERROR_NAMES, INVALID

NAMES = {400: INVALID, 408: INVALID, 414: INVALID, 431: INVALID, **ERROR_NAMES}
WORDS = {
    400: "The request is malformed.",
    404: "There is nothing at this address.",
    500: "The server failed. It is not your fault; the server's log says more.",
    503: "The server cannot answer for a moment. Please try again.",
}


def server_error(request: HttpRequest) -> HttpResponse:
    is_passing = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return answer(request, 503 if is_passing else 500, lambda: pages.server_error(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, lambda: defaults.page_not_found(request, exception))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, lambda: defaults.bad_request(request, exception))


def answer(
    request: HttpRequest, status: int, page: Callable[[], HttpResponse], words: str = ""
) -> HttpResponse:
    """The page for people, and what programs can read for programs."""
    words = words or WORDS[status]
    match = request.resolver_match
    view = getattr(match.func, "cls", None) if match else None  # of REST framework
    if view and issubclass(view, ExportView):
        response = answers.refused(status, words, answer_type_of(request))
    elif request.path.startswith("/api/v1/"):
        response = JsonResponse(problem(status, words), status=status)
        response["Content-Type"] = MEDIA_TYPE
    elif view or request.path.startswith(("/api/", "/v1/", "/otel/")):
        said = {"message": words, "error": NAMES.get(status, "InternalServerError")}
        response = JsonResponse(said, status=status)
    else:
        return page()
    if status == 503:
        response["Retry-After"] = "5"
    return response
