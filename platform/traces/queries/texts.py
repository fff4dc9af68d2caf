"""What exports read beyond a list's rows: whole texts, and a trace's observations, without ever
holding many of them at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from traces.clickhouse import rows
from traces.queries.current import current
from traces.queries.filters import FIRST, HOUR, LAST, reaching
from traces.queries.limits import LIST
from traces.queries.observations import ObservationRow
from traces.queries.portions import Thing, portions
from traces.queries.trace_row import TraceRow
from traces.records import Span
from traces.stored import Key, stored_spans

MOST_BYTES = 8 * 1024 * 1024  # of texts that are read at once; a single one may be larger
MOST_SPANS = 500
KEYS_AT_ONCE = 20_000
TEXTS = "length(s.input) + length(s.output) + length(s.trace_input) + length(s.trace_output)"


@dataclass(slots=True)
class Texts:
    """What went into a trace and came out of it, and its metadata."""

    input: str = ""
    output: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A row in the order in which they are read, and how long its texts are."""

    trace_id: str
    hour: int
    span_id: str
    size: int

    @property
    def key(self) -> Key:
        return self.trace_id, self.span_id


def with_texts(project_id: str, traces: list[TraceRow]) -> Iterator[tuple[TraceRow, Texts]]:
    """Each trace with its texts, in order: those stated of the trace, else those of its root."""
    stated, bounds = _stated(project_id, traces), _bounds(traces)
    roots = {(trace.trace_id, trace.root_id) for trace in traces if trace.root_id}
    sizes = _sizes(project_id, roots, bounds)
    for some in _portions(traces, [sizes.get((one.trace_id, one.root_id), 0) for one in traces]):
        keys = [(one.trace_id, one.root_id) for one in some if one.root_id]
        spans = _live(project_id, keys, bounds)
        for trace in some:
            texts = stated.get(trace.trace_id, Texts())
            root = spans.get((trace.trace_id, trace.root_id))
            if root:
                texts.input = texts.input or root.input
                texts.output = texts.output or root.output
            yield trace, texts


def stated_texts(project_id: str, trace: TraceRow) -> Texts:
    """Those stated of the trace alone: whoever reads its root has the others."""
    return _stated(project_id, [trace]).get(trace.trace_id, Texts())


def whole_spans(project_id: str, listed: list[ObservationRow]) -> Iterator[Span]:
    """The observations with their whole texts, in order."""
    bounds = {
        "low": min(one.started for one in listed) // HOUR * HOUR,
        "high": max(one.started for one in listed) // HOUR * HOUR + HOUR,
    }
    keys = [(one.trace_id, one.span_id) for one in listed]
    sizes = _sizes(project_id, set(keys), bounds)
    for some in _portions(keys, [sizes.get(key, 0) for key in keys]):
        spans = _live(project_id, some, bounds)
        yield from (spans[key] for key in some if key in spans)


def spans_of(project_id: str, traces: list[TraceRow]) -> Iterator[tuple[Span, TraceRow]]:
    """All spans of the traces, each with its trace; a trace's own by their hour and id."""
    by_id = {trace.trace_id: trace for trace in traces}
    bounds = _extent(project_id, sorted(by_id))
    places: list[Place] = []
    while True:
        places = _places(project_id, sorted(by_id), bounds, after=places[-1] if places else None)
        for some in _portions(places, [place.size for place in places]):
            spans = _live(project_id, [place.key for place in some], bounds)
            for place in some:
                if (span := spans.get(place.key)) and span.span_id:
                    yield span, by_id[span.trace_id]
        if len(places) < KEYS_AT_ONCE:
            return


def _portions(things: Sequence[Thing], sizes: Sequence[int]) -> Iterator[list[Thing]]:
    return portions(things, sizes, MOST_SPANS, MOST_BYTES)


def _live(project_id: str, keys: list[Key], bounds: dict[str, Any]) -> dict[Key, Span]:
    found = stored_spans(project_id, keys, since=bounds["low"], until=bounds["high"])
    return {key: row for key, versions in found.items() for row in versions if not row.is_deleted}


def _bounds(traces: list[TraceRow]) -> dict[str, Any]:
    return reaching(min(one.started for one in traces), max(one.started for one in traces))


def _extent(project_id: str, trace_ids: list[str]) -> dict[str, Any]:
    """The bounds of all rows of the traces: a trace may go on for longer than lists look."""
    [found] = rows(
        """
        SELECT toUnixTimestamp64Nano(min(start_time)) AS low,
            toUnixTimestamp64Nano(max(start_time)) + 1 AS high
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
          AND start_time <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
          AND trace_id IN {trace_ids:Array(String)}
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        first=FIRST,
        last=LAST,
        options=LIST,
    )
    return found


def _stated(project_id: str, traces: list[TraceRow]) -> dict[str, Texts]:
    first = "(span_id != '', start_time)"  # on the trace's own row before all others
    found = rows(
        f"""
        SELECT trace_id,
            argMinIf(trace_input, {first}, trace_input != '') AS input,
            argMinIf(trace_output, {first}, trace_output != '') AS output,
            argMinIf(trace_metadata, {first}, notEmpty(trace_metadata)) AS metadata
        FROM (
            SELECT trace_id, span_id, start_time, is_deleted, trace_input, trace_output,
                trace_metadata
            {current("trace_id IN {trace_ids:Array(String)}")}
        )
        WHERE NOT is_deleted
        GROUP BY trace_id
        """,
        project_id=project_id,
        trace_ids=[trace.trace_id for trace in traces],
        options=LIST,
        **_bounds(traces),
    )
    return {row.pop("trace_id"): Texts(**row) for row in found}


def _sizes(project_id: str, keys: set[Key], bounds: dict[str, Any]) -> dict[Key, int]:
    """How long the texts of these rows are."""
    trace_ids = sorted({trace_id for trace_id, _span_id in keys})
    span_ids = sorted({span_id for _trace_id, span_id in keys})
    places = _places(project_id, trace_ids, bounds, span_ids=span_ids)
    return {place.key: place.size for place in places if place.key in keys}


def _places(
    project_id: str,
    trace_ids: list[str],
    bounds: dict[str, Any],
    *,
    after: Place | None = None,
    span_ids: list[str] | None = None,
) -> list[Place]:
    """The rows that count, in order, KEYS_AT_ONCE of them behind `after`."""
    which = "trace_id IN {trace_ids:Array(String)}"
    if span_ids is not None:
        which += " AND span_id IN {span_ids:Array(String)}"
    found = rows(
        f"""
        SELECT trace_id, toInt64(toUnixTimestamp(toStartOfHour(start_time))) AS hour, span_id, size
        FROM (
            SELECT trace_id, span_id, start_time, is_deleted, {TEXTS} AS size
            {current(which)}
        )
        WHERE NOT is_deleted
          AND (trace_id, hour, span_id)
            > ({{after_trace:String}}, {{after_hour:Int64}}, {{after_span:String}})
        ORDER BY trace_id, hour, span_id
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        span_ids=span_ids or [],
        after_trace=after.trace_id if after else "",
        after_hour=after.hour if after else -1,
        after_span=after.span_id if after else "",
        limit=KEYS_AT_ONCE,
        options=LIST,
        **bounds,
    )
    return [Place(**row) for row in found]
