"""The time a page shows, read from its address: a range that ends now, or two exact times."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from traces.queries.filters import DAY, FIRST, HOUR, NS

RANGES = {
    "1h": (HOUR, gettext_lazy("Last hour")),
    "6h": (6 * HOUR, gettext_lazy("Last 6 hours")),
    "24h": (DAY, gettext_lazy("Last 24 hours")),
    "7d": (7 * DAY, gettext_lazy("Last 7 days")),
    "30d": (30 * DAY, gettext_lazy("Last 30 days")),
    "90d": (90 * DAY, gettext_lazy("Last 90 days")),
    "1y": (365 * DAY, gettext_lazy("Last year")),
}
DEFAULT_RANGE = "24h"
FAR_AHEAD = 7_258_118_400 * NS  # the year 2200, which no stored time reaches
LEEWAY = 5 * 60 * NS  # a sender's clock may be ahead


@dataclass(frozen=True, slots=True)
class AskedTime:
    """`key` is one of RANGES, or empty for exact times. Nanoseconds, `until` excluded."""

    key: str
    since: int
    until: int


def time_asked(query: QueryDict, now: int, default: str, problems: list[str]) -> AskedTime:
    """What makes no sense is said in `problems`, and the default range shown."""
    key = query.get("range", "")
    absolute = query.get("from") or query.get("to")
    if absolute and key not in RANGES:
        until = _time(query.get("to", ""), problems)
        until = now + LEEWAY if until is None else until
        since = _time(query.get("from", ""), problems)
        since = max(FIRST, until - DAY) if since is None else since
        if since < until:
            return AskedTime("", since, until)
        problems.append(_("The time range ends before it begins, so it is left out."))
    elif key and key not in RANGES:
        problems.append(_("There is no time range “%(range)s”.") % {"range": key[:40]})
    key = key if key in RANGES else default
    return AskedTime(key, now - RANGES[key][0], now + LEEWAY)


def _time(text: str, problems: list[str]) -> int | None:
    """ISO 8601, or nanoseconds as our own links have them; without a zone it is UTC."""
    if not text:
        return None
    if text.isdecimal() and len(text) <= 19:
        return min(int(text), FAR_AHEAD)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        problems.append(_("“%(text)s” is not a time like 2026-11-20T14:05.") % {"text": text[:40]})
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(FIRST, int(at.timestamp()) * NS), FAR_AHEAD)


def as_text(nanoseconds: int) -> str:
    """For an <input type=datetime-local>."""
    return datetime.fromtimestamp(nanoseconds // NS, UTC).strftime("%Y-%m-%dT%H:%M:%S")
