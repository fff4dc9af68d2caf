"""The whole rows of one trace, however long their texts: first where they are and how long, then in
portions that memory has room for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from traces.clickhouse import columns, rows
from traces.queries.limits import ONE_TRACE
from traces.queries.portions import portions
from traces.queries.trace import DETAIL, Extent

MOST_BYTES = 32 * 1024 * 1024  # of texts that are read at once; a single row may have more
MOST_ROWS = 1_000
TEXTS = (
    "input", "output", "trace_input", "trace_output", "tool_definitions", "tool_calls", "events",
    "links",
)  # fmt: skip
SIZE = " + ".join(f"length(s.{name})" for name in TEXTS)


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row of the trace by its start (nanoseconds) and id, and how many bytes its texts have."""

    start: int
    span_id: str
    size: int


def row_places(project_id: str, trace_id: str, extent: Extent) -> list[RowPlace]:
    """All rows of the trace in the order of their start, its own row among them."""
    found = columns(
        f"""
        SELECT start, span_id, size
        FROM (
            SELECT span_id, is_deleted, toUnixTimestamp64Nano(s.start_time) AS start,
                {SIZE} AS size
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND s.start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND s.trace_id = {{trace_id:String}}
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(s.start_time)
        )
        WHERE NOT is_deleted
        ORDER BY start, span_id
        """,
        project_id=project_id,
        trace_id=trace_id,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    return list(map(RowPlace, found["start"], found["span_id"], found["size"]))


def whole_rows(project_id: str, trace_id: str, places: list[RowPlace]) -> Iterator[list[dict]]:
    """The rows at these places of the trace in DETAIL with their whole texts, in portions."""
    for some in portions(places, [place.size for place in places], MOST_ROWS, MOST_BYTES):
        yield _rows(project_id, trace_id, some)


def _rows(project_id: str, trace_id: str, places: list[RowPlace]) -> list[dict]:
    return rows(
        f"""
        SELECT * FROM (
            SELECT {DETAIL}
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND s.start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND s.trace_id = {{trace_id:String}} AND span_id IN {{span_ids:Array(String)}}
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(s.start_time)
        )
        WHERE NOT is_deleted
        ORDER BY start_time, span_id
        """,
        project_id=project_id,
        trace_id=trace_id,
        span_ids=[place.span_id for place in places],
        low=places[0].start,
        high=places[-1].start + 1,
        cap=2**32 - 1,
        options=ONE_TRACE,
    )
