"""What a provider's refusal means, and its own words for it, whole: `cut` when no secret is left in
them. Pure.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from llm.chat import Failed, Kind
from llm.sse import NotJson, object_of

MAX_SAID = 500
MAX_WAIT_SECONDS = 86_400.0
BY_STATUS = {
    401: Kind.KEY,
    402: Kind.QUOTA,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    408: Kind.TIMEOUT,
    429: Kind.RATE_LIMIT,
    503: Kind.OVERLOADED,
    504: Kind.TIMEOUT,
    529: Kind.OVERLOADED,
}
# The words by which providers tell kinds apart, whatever the status.
BY_CODE = {
    "authentication_error": Kind.KEY,
    "invalid_api_key": Kind.KEY,
    "permission_error": Kind.FORBIDDEN,
    "not_found_error": Kind.NOT_FOUND,
    "model_not_found": Kind.NOT_FOUND,
    "deploymentnotfound": Kind.NOT_FOUND,
    "rate_limit_error": Kind.RATE_LIMIT,
    "rate_limit_exceeded": Kind.RATE_LIMIT,
    "insufficient_quota": Kind.QUOTA,
    "billing_error": Kind.QUOTA,
    "overloaded_error": Kind.OVERLOADED,
    "timeout_error": Kind.TIMEOUT,
    "content_filter": Kind.CONTENT_FILTER,
    "content_policy_violation": Kind.CONTENT_FILTER,
    "responsibleaipolicyviolation": Kind.CONTENT_FILTER,
    "api_error": Kind.PROVIDER,
    "server_error": Kind.PROVIDER,
}
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Failed:
    """Of an answer that is no 2xx."""
    error = error_in(body)
    if error is None:
        is_text = headers.get("content-type", "").startswith("text/plain")
        said = plain(body.decode("utf-8", "replace")) if is_text else ""
        return Failed(kind_of(status), said, status, wait_in(headers))
    return Failed(kind_of(status, *codes(error)), words(error), status, wait_in(headers))


def told_within(error: Any) -> Failed:
    """Of an error that came in the middle of a stream that had begun well."""
    return Failed(kind_of(None, *codes(error)), words(error))


def error_in(body: bytes) -> Any:
    try:
        found = object_of(body)
    except NotJson:
        return None
    return found.get("error") or found.get("detail") or found.get("message")


def codes(error: Any) -> list[str]:
    if not isinstance(error, Mapping):
        return []
    inner = error.get("innererror")
    inside = inner.get("code") if isinstance(inner, Mapping) else None
    return [str(code).lower() for code in (error.get("code"), inside, error.get("type")) if code]


def kind_of(status: int | None, *found: str) -> Kind:
    for code in found:
        if code in BY_CODE:
            return BY_CODE[code]
    if status is None:
        return Kind.PROVIDER
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return Kind.PROVIDER
    return Kind.REFUSED if status >= 400 else Kind.MALFORMED


def words(error: Any) -> str:
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("msg") or error.get("type") or ""
    elif isinstance(error, list) and error:
        return words(error[0])
    return plain(str(error))


def plain(text: str) -> str:
    return CONTROL.sub(" ", text).strip()


def cut(text: str) -> str:
    return text if len(text) <= MAX_SAID else text[:MAX_SAID] + "…"


def wait_in(headers: Mapping[str, str]) -> float | None:
    """Seconds; the header holds them, or a date."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return min(float(text), MAX_WAIT_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    wait = (until - datetime.now(UTC)).total_seconds()
    return min(max(wait, 0.0), MAX_WAIT_SECONDS)
