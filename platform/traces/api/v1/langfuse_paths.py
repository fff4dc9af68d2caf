"""What is served under /api/public/, for the page of the API: read from the URLs, told by the
docstrings of the views.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from traces.api.view import ERROR_NAMES, Away, TooMuch

LANGFUSE = "api/public/"
METHODS = ("get", "post", "put", "patch", "delete")
NOT_SENT = "Authentication credentials were not provided."
OUT_OF_RANGE = "limit must be a whole number from 1 to 100."
ERRORS = {  # an example of each; `error` is what the clients tell them apart by
    400: {"message": "Invalid request data", "error": [{"message": OUT_OF_RANGE}]},
    **{
        status: {"message": message, "error": ERROR_NAMES[status]}
        for status, message in (
            (401, NOT_SENT),
            (403, "This API key lacks the scope “ingest”."),
            (404, "Trace 5710dec5 not found within authorized project"),
            (422, TooMuch.default_detail),
            (503, Away.default_detail),
        )
    },
}


def langfuse_paths() -> list[dict[str, Any]]:
    """Each path with its methods and words, by path."""
    found = [
        {"path": path, "methods": methods_of(view), "words": words_of(view)}
        for path, view in _views(get_resolver())
        if path.startswith(LANGFUSE) and path != LANGFUSE  # which answers whatever is not served
    ]
    return sorted(found, key=lambda one: one["path"])


def _views(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, type]]:
    for one in resolver.url_patterns:
        path = before + _readable(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _views(one, path)
        elif isinstance(one, URLPattern) and hasattr(one.callback, "cls"):
            yield path, one.callback.cls


def _readable(pattern: str) -> str:
    """`traces/<path:trace_id>` as `traces/{trace_id}`; of a regular expression, its words."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern.removeprefix("^").removesuffix("/?$"))


def methods_of(view: type) -> list[str]:
    return [method.upper() for method in METHODS if hasattr(view, method)]


def words_of(view: type) -> str:
    """Its own, none that it inherits."""
    return " ".join((vars(view).get("__doc__") or "").split())
