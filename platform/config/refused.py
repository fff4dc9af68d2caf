"""Answers to requests that never reach a view: for programs in the shape of the door they meant."""

import re
from http import HTTPStatus
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from config.arriving import Refusal

# As far as it is there: the head may have been cut off anywhere.
PATH = re.compile(rb"[A-Z]{3,20} (/[^\s?#]*)")
TYPE = re.compile(rb"\r\ncontent-type:[ \t]*([^\r\n]{1,200})", re.IGNORECASE)
MOST_PATH_BYTES = 1024  # of an address that is looked up; no door has a longer one
RETRY_AFTER_SECONDS = 2


def answer(refusal: Refusal, head: bytes) -> bytes:
    """The answer, after which the connection closes. `head` is what there is of the request."""
    response = said_to(refusal, head)
    lines = [f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}", "Connection: close"]
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Content-Length"] = str(len(response.content))
    lines += [f"{name}: {value}" for name, value in response.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.content


def said_to(refusal: Refusal, head: bytes) -> HttpResponse:
    # Django is there by now, and not yet when gunicorn reads its settings.
    from config import errors

    def page() -> HttpResponse:
        return HttpResponse(f"{refusal.text}\n", content_type="text/plain", status=refusal.status)

    request = request_of(head)
    return page() if request is None else errors.answer(request, refusal.status, page, refusal.text)


def request_of(head: bytes) -> HttpRequest | None:
    """As much of it as tells the door; None where it is no request at all."""
    found = PATH.match(head)
    if not found:
        return None
    request = HttpRequest()
    request.path = request.path_info = unquote(found[1][:MOST_PATH_BYTES])
    if content_type := TYPE.search(head):
        request.META["CONTENT_TYPE"] = content_type[1].decode("latin-1").strip()
    try:
        request.resolver_match = resolve(request.path)
    except Resolver404:
        request.resolver_match = None
    return request
