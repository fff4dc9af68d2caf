"""A session as a conversation: its traces in the order they began, with what went in and what came
out.
"""

from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import TraceFilter, reaching
from traces.queries.limits import LIST
from traces.queries.scores import scores_of
from traces.queries.traces import CURRENT, TraceRow, exact_traces
from traces.queries.windows import Place

MAX_TURN_TEXT = 6_000  # characters of one side of a turn


TEXTS = f"""
        SELECT trace_id,
            argMaxIf(s.trace_input, span_id = '', s.trace_input != '') AS stated_input,
            argMaxIf(s.trace_output, span_id = '', s.trace_output != '') AS stated_output,
            anyIf(s.input, span_id IN {{root_ids:Array(String)}}) AS root_input,
            anyIf(s.output, span_id IN {{root_ids:Array(String)}}) AS root_output
        FROM (
            SELECT trace_id, span_id, is_deleted,
                leftUTF8(s.trace_input, {{most:UInt32}}) AS trace_input,
                leftUTF8(s.trace_output, {{most:UInt32}}) AS trace_output,
                if(span_id IN {{root_ids:Array(String)}}, leftUTF8(s.input, {{most:UInt32}}),
                    '') AS input,
                if(span_id IN {{root_ids:Array(String)}}, leftUTF8(s.output, {{most:UInt32}}),
                    '') AS output
            {CURRENT}
        ) AS s
        WHERE NOT is_deleted
        GROUP BY trace_id
"""


@dataclass(slots=True)
class Turn:
    trace: TraceRow
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Conversation:
    turns: list[Turn]
    after: Place | None


def conversation(
    project_id: str,
    session_id: str,
    wanted: TraceFilter,
    *,
    after: Place | None = None,
    limit: int = 40,
) -> Conversation:
    """The session's traces that start in the range, the oldest first."""
    places = _places(project_id, session_id, wanted, after, limit + 1)
    shown = places[:limit]
    if not shown:
        return Conversation([], None)
    exact = exact_traces(project_id, wanted, shown)
    traces = [
        exact[place.id]
        for place in shown
        if place.id in exact and exact[place.id].session == session_id
    ]
    texts = texts_of(project_id, traces)
    scores = scores_of(project_id, [trace.trace_id for trace in traces])
    for trace in traces:
        trace.scores = scores.get(trace.trace_id, [])
    turns = [Turn(trace, *texts.get(trace.trace_id, ("", ""))) for trace in traces]
    return Conversation(turns, shown[-1] if len(places) > limit else None)


def _places(
    project_id: str, session_id: str, wanted: TraceFilter, after: Place | None, most: int
) -> list[Place]:
    found = rows(
        """
        SELECT trace_id, toUnixTimestamp64Nano(min(start_time)) AS started
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND session_id = {session_id:String}
        GROUP BY trace_id
        HAVING (started, trace_id) > ({after_started:Int64}, {after_id:String})
        ORDER BY started, trace_id
        LIMIT {most:UInt32}
        """,
        project_id=project_id,
        session_id=session_id,
        **reaching(wanted.since, wanted.until),
        after_started=after.at if after else -1,
        after_id=after.id if after else "",
        most=most,
        options=LIST,
    )
    return [Place(row["started"], row["trace_id"]) for row in found]


def texts_of(project_id: str, traces: list[TraceRow]) -> dict[str, tuple[str, str]]:
    """Input and output by trace: what was stated of the trace, else its root's."""
    if not traces:
        return {}
    found = rows(
        TEXTS,
        project_id=project_id,
        trace_ids=[trace.trace_id for trace in traces],
        root_ids=[trace.root_id for trace in traces if trace.root_id],
        **reaching(traces[0].started, traces[-1].started),
        most=MAX_TURN_TEXT,
        options=LIST,
    )
    return {
        row["trace_id"]: (
            row["stated_input"] or row["root_input"],
            row["stated_output"] or row["root_output"],
        )
        for row in found
    }
