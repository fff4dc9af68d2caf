"""What the models and tools of one trace were told and said."""

from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.limits import ONE_TRACE
from traces.queries.trace import Extent
from traces.render.thread import Call

MAX_CALLS = 400
MAX_TEXT = 100_000  # characters of one side of a call


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
    return Calls(
        [_call(row) for row in wanted],
        too_long=sum(row["input_length"] > MAX_TEXT for row in wanted),
        is_cut=len(found) > MAX_CALLS,
    )


def _call(row: dict) -> Call:
    return Call(
        span_id=row["span_id"],
        name=row["name"],
        type=row["type"],
        start=row["start"],
        # Half a JSON document is no conversation.
        input="" if row["input_length"] > MAX_TEXT else row["input"],
        output=row["output"],
    )
