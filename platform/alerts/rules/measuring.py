"""What a rule measures, read through the metrics layer: a series for each segment."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from alerts.rules import sources
from alerts.rules.baseline import Times
from alerts.rules.conditions import SOURCED
from alerts.rules.definition import Definition, Measured
from alerts.rules.judging import Seen
from alerts.rules.points import Point
from traces.queries.metrics import TIME, Measure, Only, Question, ask
from traces.queries.metrics.quantities import ALIASES
from traces.queries.metrics.statement import QUANTITIES
from traces.search.grammar import parsed

NS = 1_000_000_000
MOST_SEGMENTS = 200
BUCKETS_AT_ONCE, CELLS = 1400, 29_000  # of a question: docs/metrics.md, “Bounds”
SUMS = ("sum", "count", "uniq")
Segment = sources.Segment
Cells = dict[Segment, dict[int, tuple[float | None, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """By segment. `unseen` are segments beyond the most, which are not looked at."""

    seen: dict[Segment, Seen] = field(default_factory=dict)
    unseen: int = 0


@dataclass(slots=True)
class _Read:
    """What questions brought so far, of one measure. Segments are those of the newest time."""

    cells: Cells = field(default_factory=dict)
    is_sum: bool = False
    is_begun: bool = False
    unseen: int = 0


def measured(
    project_id: str,
    definition: Definition,
    since: int,
    until: int,
    *,
    known: Iterable[Segment] = (),
    without: dict[Segment, Times] | None = None,
) -> Found:
    """The buckets from `since` to `until` and what the condition looks back at. Segments that are
    `known` have a series also where nothing is left of them. Raises Unanswerable where the rule
    asks for what is not there, and Unavailable without a store.
    """
    if type(definition.condition) in SOURCED:
        return Found(seen=sources.seen(project_id, definition, since, until, known=known))
    begin = (since - definition.looks_back_seconds) // definition.width * definition.width
    reads = [
        _read(project_id, definition, one, max(begin, 0), until) for one in definition.measured
    ]
    segments = {segment for one in reads for segment in one.cells} | set(known)
    if not definition.by:
        segments.add(())
    if not segments:
        return Found()
    begins = range(max(begin, 0), until, definition.width)
    seen = {
        segment: _seen(definition, reads, segment, begins, (without or {}).get(segment, ()))
        for segment in segments
    }
    return Found(seen=seen, unseen=max(one.unseen for one in reads))


def _seen(
    definition: Definition, reads: list[_Read], segment: Segment, begins: range, without: Times
) -> Seen:
    signals = tuple(_series(one, segment, begins) for one in reads)
    return Seen(
        series=signals[0],
        signals=signals,
        is_sum=reads[0].is_sum,
        zone=definition.zone,
        without=without,
    )


def _series(read: _Read, segment: Segment, begins: range) -> list[Point]:
    """Of a count or a sum, nothing is 0; of all else it is unknown."""
    cells, nothing = read.cells.get(segment, {}), (0.0 if read.is_sum else None, 0)
    return [Point(begin, begin + begins.step, *cells.get(begin, nothing)) for begin in begins]


def _read(project_id: str, definition: Definition, one: Measured, since: int, until: int) -> _Read:
    measure = resolved(one)
    read = _Read(is_sum=measure.aggregation in SUMS and not one.bad_query)
    for low, high in _portions(since, until, definition.width):
        if read.is_begun and definition.by and not read.cells:
            break
        question = _question(
            project_id, definition, one, measure, low, high, _only(definition, read)
        )
        if one.bad_query:
            _take_share(read, question, one.bad_query)
        else:
            _take(read, question)
        read.is_begun = True
    return read


def _portions(since: int, until: int, width: int) -> Iterator[tuple[int, int]]:
    """The newest first."""
    while since < until:
        low = max(since, until - BUCKETS_AT_ONCE * width)
        yield low, until
        until = low


def _only(definition: Definition, read: _Read) -> tuple[Only, ...]:
    """Older times are read of the segments that there are in the newest."""
    if not read.is_begun or not definition.by:
        return ()
    values = sorted({segment[0] for segment in read.cells})
    return (Only(definition.by[0], tuple(values)),)


def _question(
    project_id: str,
    definition: Definition,
    one: Measured,
    measure: Measure,
    low: int,
    high: int,
    only: tuple[Only, ...],
) -> Question:
    buckets = (high - low) // definition.width + 1
    samples = _samples(one.view, measure)
    return Question(
        project_id=project_id,
        view=one.view,
        measures=(samples,) if samples == measure else (samples, measure),
        since=low * NS,
        until=high * NS,
        by=definition.by,
        terms=parsed(one.query).terms,
        bucket=definition.bucket,
        most=min(MOST_SEGMENTS, CELLS // buckets),
        rest=False,
        scores=one.scores,
        only=only,
    )


def resolved(one: Measured) -> Measure:
    """With the aggregation that it has by itself. What there is not is left for `ask` to refuse."""
    if one.bad_query:
        return Measure("count", "count")
    known = QUANTITIES[one.view].get(ALIASES.get(one.measure, one.measure))
    first = known.aggregations[0] if known else ""
    return Measure(one.measure, one.aggregation or first)


def _samples(view: str, measure: Measure) -> Measure:
    """How many values an average or percentile is of; else the things that were counted."""
    known = QUANTITIES[view].get(ALIASES.get(measure.name, measure.name))
    if known and measure.aggregation not in SUMS and "count" in known.aggregations:
        return Measure(measure.name, "count")
    return Measure("count", "count")


def _take(read: _Read, question: Question) -> None:
    answer = ask(question)
    names = [one.name for one in answer.columns if one.kind == "measure"]
    for row in answer.rows:
        number = row[names[-1]]
        cell = (_known(number), int(row[names[0]] or 0))
        # Postgres takes no NUL, and whoever sends spans may have put one into any text.
        segment = tuple(str(row[name]).replace("\0", "\ufffd") for name in question.by)
        read.cells.setdefault(segment, {})[row[TIME] // NS] = cell
    read.unseen = max(read.unseen, (answer.series or 0) - question.most)


def _known(number: Any) -> float | None:
    """Huge numbers add up to no number."""
    return None if number is None or not math.isfinite(number) else float(number)


def _take_share(read: _Read, question: Question, bad_query: str) -> None:
    """Of a bucket without anything the share is unknown."""
    whole, bad = _Read(), _Read()
    _take(whole, question)
    _take(bad, replace(question, terms=(*question.terms, *parsed(bad_query).terms)))
    for segment, cells in whole.cells.items():
        for at, (_count, samples) in cells.items():
            found = bad.cells.get(segment, {}).get(at, (0.0, 0))[1]
            share = found / samples if samples else None
            read.cells.setdefault(segment, {})[at] = (share, samples)
    read.unseen = max(read.unseen, whole.unseen)
