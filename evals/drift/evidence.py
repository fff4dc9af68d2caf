"""What stands around a verdict: sample traces of both sides with the beginnings of their texts, and
how its segments moved it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from evals.drift.links import rows_of
from evals.drift.models import DriftVerdict
from evals.drift.saying import Moved, moved_of
from traces.errors import Refused, Unavailable
from traces.queries.filters import DAY, TraceFilter
from traces.queries.traces import list_traces
from traces.search.terms import Term

MOST_SEGMENTS = 8  # of a dimension
LEAST_SEEN = 0.001  # of the whole shift
MICROSECOND = 1000


@dataclass(frozen=True, slots=True)
class Example:
    """A sample of a side. Its texts are empty where the trace is gone, or the store away."""

    trace_id: str
    span_id: str
    at: datetime | None
    value: str
    input: str = ""
    output: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A segment with the bar that draws its share: where it begins and how long it is, of 100 with
    the middle at 50.
    """

    moved: Moved
    href: str
    x: str
    width: str


def examples(project_id: str, verdict: DriftVerdict) -> dict[str, list[Example]]:
    """Of both sides, in the order in which they were kept."""
    plain = {
        side: [_plain(one) for one in verdict.samples.get(side, ())]
        for side in ("reference", "current")
    }
    everything = [one for some in plain.values() for one in some]
    texts = _texts(project_id, everything) if everything else {}
    if texts is None:
        return plain
    return {side: [_with(one, texts) for one in some] for side, some in plain.items()}


def parts(verdict: DriftVerdict) -> list[tuple[str, list[Part], int]]:
    """Dimensions with their segments, the largest first, and how many more there are. Of one
    segment alone nothing is said.
    """
    found: dict[str, list[Moved]] = defaultdict(list)
    for one in moved_of(verdict):
        found[one.dimension_words].append(one)
    return [
        (words, [_part(verdict, one) for one in some[:MOST_SEGMENTS]], len(some[MOST_SEGMENTS:]))
        for words, some in found.items()
        if len(some) > 1
    ]


def _part(verdict: DriftVerdict, one: Moved) -> Part:
    length = min(abs(one.share), 1.0) * 50
    begin = 50 if one.share >= 0 else 50 - length
    start, end = verdict.current_start, verdict.at
    href = rows_of(verdict.monitor, start, end, one.dimension, one.segment) if one.n_current else ""
    return Part(_seen(one), href, f"{begin:.1f}", f"{length:.1f}")


def _seen(one: Moved) -> Moved:
    """What is less than a thousandth of the whole shift is nothing: shares of traffic are never
    quite the same.
    """
    whole = abs((one.within + one.mix) / one.share) if one.share else 0.0
    least = whole * LEAST_SEEN
    within, mix = (part if abs(part) >= least else 0.0 for part in (one.within, one.mix))
    return replace(one, within=within, mix=mix)


def _plain(one: dict[str, Any]) -> Example:
    try:
        at = datetime.fromisoformat(one.get("at") or "")
    except ValueError:
        at = None
    return Example(one["trace_id"], one.get("span_id") or "", at, str(one.get("value") or ""))


def _texts(project_id: str, some: Iterable[Example]) -> dict[str, tuple[str, str]] | None:
    """None while the store is away: whether a trace is gone is then not known."""
    moments = [one.at.astimezone(UTC).timestamp() for one in some if one.at]
    ids = tuple(dict.fromkeys(one.trace_id for one in some))
    if not moments:
        return None
    since = round(min(moments) * 1e6) * MICROSECOND - DAY
    until = round(max(moments) * 1e6) * MICROSECOND + DAY
    wanted = TraceFilter(since=max(0, since), until=until, terms=(Term("id", ids),))
    try:
        page = list_traces(project_id, wanted, limit=len(ids))
    except (Unavailable, Refused):
        return None
    return {row.trace_id: (row.input, row.output) for row in page.traces}


def _with(one: Example, texts: dict[str, tuple[str, str]]) -> Example:
    found = texts.get(one.trace_id)
    input_, output = found or ("", "")
    return Example(one.trace_id, one.span_id, one.at, one.value, input_, output, found is None)
