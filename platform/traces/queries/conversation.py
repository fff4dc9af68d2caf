"""A session as a conversation: its traces in the order they began, with what went in and what came
out.
"""

import time
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import TraceFilter, reaching
from traces.queries.limits import LIST
from traces.queries.scores import scores_of
from traces.queries.trace_row import TraceRow
from traces.queries.traces import CURRENT, exact_traces
from traces.queries.windows import Place

MAX_TURN_TEXT = 6_000  # characters of one side of a turn
SEARCH_SECONDS = 4.0  # for a first turn, where all that was found is deleted or moved elsewhere
MOST_PLACES = 1_000  # that are looked at together in that search

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
    """The session's traces that start in the range, the oldest first. There may be more behind
    `after` even where none was found in time.
    """
    traces, after = _next_traces(project_id, session_id, wanted, after, limit)
    texts = texts_of(project_id, traces)
    scores = scores_of(project_id, [trace.trace_id for trace in traces])
    for trace in traces:
        trace.scores = scores.get(trace.trace_id, [])
    turns = [Turn(trace, *texts.get(trace.trace_id, ("", ""))) for trace in traces]
    return Conversation(turns, after)


def _next_traces(
    project_id: str, session_id: str, wanted: TraceFilter, after: Place | None, limit: int
) -> tuple[list[TraceRow], Place | None]:
    """A page of traces, or all that are left, and where it goes on. Places come from superseded
    rows too, so whole pages of them may stand for nothing.
    """
    deadline, most = time.monotonic() + SEARCH_SECONDS, limit
    while True:
        places = _places(project_id, session_id, wanted, after, most + 1)
        after = places[most - 1] if len(places) > most else None
        exact = exact_traces(project_id, wanted, places[:most])
        found = [
            place
            for place in places[:most]
            if place.id in exact and exact[place.id].session == session_id
        ]
        if len(found) > limit:
            after = found[limit - 1]
        if found or after is None or time.monotonic() > deadline:
            return [exact[place.id] for place in found[:limit]], after
        most = min(4 * most, MOST_PLACES)


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
