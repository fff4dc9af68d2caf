"""Sums over all of a project's time, for counters that only grow: exact, and cheap to ask often.

The time since the project's origin is cut into months that are over, the days of a month that are
over, and yesterday and today, which on the first of a month begin in the one before. Sums of what
is over are kept for a while; the last days are read each time. A span that is sent again moves
nothing, as the metrics layer counts each once; one that comes late counts at once if it is of the
last days, and else when the kept sums are made anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.cache import cache

from traces.api.moments import NANOSECONDS
from traces.queries.metrics import Question, ask

LIVE_DAYS = 1  # before today, which are read each time as well
KEPT_MONTH_SECONDS = 24 * 3600
KEPT_DAYS_SECONDS = 3600
Key = tuple[str, ...]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the time, in nanoseconds, and for how many seconds its sums are kept."""

    since: int
    until: int
    kept: int = 0


def segments(created: datetime, now: datetime) -> list[Segment]:
    """From the first of the month before the project was made until an hour from now. Pure."""
    live = _midnight(now) - timedelta(days=LIVE_DAYS)
    *edges, its_month = _months(_month_before(created), live)
    found = [
        Segment(_ns(low), _ns(high), KEPT_MONTH_SECONDS)
        for low, high in pairwise([*edges, its_month])
    ]
    if live > its_month:
        found.append(Segment(_ns(its_month), _ns(live), KEPT_DAYS_SECONDS))
    return [*found, Segment(_ns(live), _ns(now + timedelta(hours=1)))]


def totals(
    name: str, question: Callable[[int, int], Question], parts: list[Segment]
) -> dict[Key, dict[str, Any]]:
    """The measures of all time by the values of the dimensions, which end with None where the
    question left some out. Sums and counts are added, histograms bin by bin.
    """
    found: dict[Key, dict[str, Any]] = {}
    for part in parts:
        for row in _rows(name, question(part.since, part.until), part):
            key = tuple("(other)" if row[one] is None else row[one] for one in _by(question))
            _add(found.setdefault(key, {}), row)
    return found


def _by(question: Callable[[int, int], Question]) -> tuple[str, ...]:
    return question(0, 1).by


def _rows(name: str, question: Question, part: Segment) -> Rows:
    if not part.kept:
        return ask(question).rows
    key = f"totals:1:{name}:{question.project_id}:{part.since}:{part.until}"
    kept = cache.get(key)
    if kept is None:
        kept = ask(question).rows
        cache.set(key, kept, part.kept)
    return kept


def _add(total: dict[str, Any], row: dict[str, Any]) -> None:
    for name, value in row.items():
        if isinstance(value, list):
            bins = total.setdefault(name, {})
            for one in value:
                bins[one["high"]] = bins.get(one["high"], 0) + one["count"]
        elif isinstance(value, int | float):
            total[name] = total.get(name, 0) + value


def _months(first: datetime, now: datetime) -> Iterator[datetime]:
    month = first
    while month <= now:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _month_before(moment: datetime) -> datetime:
    first = _midnight(moment).replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * NANOSECONDS
