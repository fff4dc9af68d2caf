"""Errors as RFC 9457 writes them, for Sonde's own API."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from traces.api.view import Away, JsonAlways, TooMuch
from traces.errors import LimitReached, Unavailable
from traces.queries.langfuse.filters import UnknownFilter

MEDIA_TYPE = "application/problem+json"


class ProblemRenderer(JSONRenderer):
    media_type = MEDIA_TYPE


class V1View(APIView):  # no docstring: the schema would tell it of each operation without words
    # A subclass says which scope it needs in `permission_classes`.

    content_negotiation_class = JsonAlways

    def initial(self, request: HttpRequest, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if any("\0" in text for text in kwargs.values()):
            raise exceptions.NotFound("There is nothing whose name holds a NUL.")

    def get_exception_handler(self):
        return problem_response

    def finalize_response(self, request, response, *args, **kwargs):
        """An error says what it is, whatever was asked for."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code >= 400:
            answer.accepted_renderer = ProblemRenderer()
            answer.accepted_media_type = MEDIA_TYPE
        return answer


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error that is the caller's or will pass; None for one of ours."""
    told = told_of(error)
    if not isinstance(told, exceptions.APIException):
        return None
    headers = {}
    if wait := getattr(told, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if challenge := getattr(told, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(document(told), status=told.status_code, headers=headers)


def told_of(error: Exception) -> Exception:
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


def problem(status: int, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def document(error: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        return problem(error.status_code, str(error.detail))
    errors = [{"parameter": name, "detail": text} for name, text in problems_in(error.detail)]
    told = " ".join(one["detail"] for one in errors)
    return {**problem(error.status_code, told), "errors": errors}


def problems_in(detail: Any, name: str = "") -> list[tuple[str, str]]:
    """What is wrong with which parameter, however deep it was found."""
    if isinstance(detail, dict):
        return [
            found for key, value in detail.items() for found in problems_in(value, name or str(key))
        ]
    if isinstance(detail, list):
        return [found for value in detail for found in problems_in(value, name)]
    return [("" if name == "non_field_errors" else name, str(detail))]
