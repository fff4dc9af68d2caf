"""What the models and tools of one trace were told and said."""

from collections.abc import Iterator
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.limits import ONE_TRACE
from traces.queries.trace import Extent
from traces.render.thread import Call

MAX_CALLS = 400
MAX_TEXT = 100_000  # characters of one side of a call
MAX_ALL_TEXT = 4_000_000  # of both sides of all calls together, for a page that others wait for


@dataclass(frozen=True, slots=True)
class Calls:
    calls: list[Call]
    too_long: int  # inputs that are too long to be read here
    is_cut: bool  # there are more calls than MAX_CALLS


def calls_of(project_id: str, trace_id: str, extent: Extent) -> Calls:
    """The generations and tool calls by start; of a trace without generations its root as well."""
    found = rows(
        """
        SELECT span_id, name, type, start, input, output, input_length, parent_span_id
        FROM (
            SELECT span_id, name, type, is_deleted, parent_span_id,
                toUnixTimestamp64Nano(s.start_time) AS start,
                if(s.type IN ('GENERATION', 'TOOL') OR s.parent_span_id = '',
                    leftUTF8(s.input, {most:UInt32}), '') AS input,
                if(s.type IN ('GENERATION', 'TOOL') OR s.parent_span_id = '',
                    leftUTF8(s.output, {most:UInt32}), '') AS output,
                lengthUTF8(s.input) AS input_length
            FROM spans AS s
            WHERE project_id = {project_id:String}
              AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND s.trace_id = {trace_id:String} AND span_id != ''
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(s.start_time)
        )
        WHERE NOT is_deleted AND (type IN ('GENERATION', 'TOOL') OR parent_span_id = '')
        ORDER BY start, span_id
        LIMIT {calls:UInt32}
        """,
        project_id=project_id,
        trace_id=trace_id,
        most=MAX_TEXT,
        calls=MAX_CALLS + 1,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    has_generations = any(row["type"] == "GENERATION" for row in found)
    wanted = [
        row
        for row in found[:MAX_CALLS]
        if row["type"] == "GENERATION" or (row["type"] == "TOOL") == has_generations
    ]
    calls = list(_within(MAX_ALL_TEXT, wanted))
    unread = sum(
        bool(row["input"]) and not call.input for row, call in zip(wanted, calls, strict=True)
    )
    return Calls(calls, too_long=unread, is_cut=len(found) > MAX_CALLS)


def _within(room: int, found: list[dict]) -> Iterator[Call]:
    """The calls, with their texts as far as there is room for them."""
    for row in found:
        # Half a JSON document is no conversation.
        told = row["input"] if row["input_length"] <= min(MAX_TEXT, room) else ""
        room -= len(told)
        said = row["output"] if len(row["output"]) <= room else ""
        room -= len(said)
        yield _call(row, told, said)


def _call(row: dict, told: str, said: str) -> Call:
    return Call(
        span_id=row["span_id"],
        name=row["name"],
        type=row["type"],
        start=row["start"],
        input=told,
        output=said,
    )
