"""What came of telling an address something, in the words in which attempts are logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from outbound.errors import OutboundError, Refused, TooSlow
from outbound.sending import Limits, send

MAX_ANSWER, MAX_DETAIL = 500, 300
DAY = 86_400


class Fault(models.TextChoices):
    """Why no answer came. An answer tells by its status."""

    REFUSED = "refused", _("Not an address that may be asked")
    UNREACHABLE = "unreachable", _("Not reached")
    TOO_SLOW = "too_slow", _("Took too long")
    SECRET = "secret", _("The secret cannot be read")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one attempt: a status and the beginning of what was answered, or a fault. `retry_after` is
    in seconds.
    """

    status: int | None = None
    milliseconds: int | None = None
    answer: str = ""
    fault: str = ""
    detail: str = ""
    retry_after: int = 0

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def posted(
    url: str,
    *,
    surface: str,
    headers: Mapping[str, str],
    content: bytes,
    limits: Limits,
    now: datetime,
) -> Outcome:
    """What came of a POST; never an exception for anything that the other side can do."""
    try:
        with translation.override("en"):  # what is kept is read in any language
            answer = send(
                "POST",
                url,
                surface=surface,
                headers=headers,
                content=content,
                limits=limits,
                first_bytes=MAX_ANSWER,
            )
    except OutboundError as error:
        return Outcome(fault=_fault_of(error), detail=str(error)[:MAX_DETAIL])
    return Outcome(
        status=answer.status,
        milliseconds=answer.milliseconds,
        answer=answer.body.decode("utf-8", "replace").replace("\0", "\ufffd"),
        retry_after=seconds_of(answer.headers.get("retry-after", ""), now),
    )


def unreadable(error: Exception) -> Outcome:
    """Of a stored secret that does not open."""
    return Outcome(fault=str(Fault.SECRET), detail=str(error)[:MAX_DETAIL])


def seconds_of(text: str, now: datetime) -> int:
    """Of a Retry-After, in seconds or as a date: a day at most, 0 where it is neither."""
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), DAY)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0
    return max(0, min(round(seconds), DAY))


def _fault_of(error: OutboundError) -> str:
    if isinstance(error, Refused):
        return str(Fault.REFUSED)
    return str(Fault.TOO_SLOW if isinstance(error, TooSlow) else Fault.UNREACHABLE)
