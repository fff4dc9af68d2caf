"""What judges ask of the store: which traces have come to rest, and what happened inside one."""

from collections.abc import Sequence
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.current import current
from traces.queries.filters import DAY, FIRST, LAST, TraceFilter, reaching
from traces.queries.limits import ONE_TRACE, WHOLE_RANGE
from traces.queries.observations import condition_of
from traces.queries.trace import Extent

# Spans may begin this long before they arrive; whatever is older is no new trace.
LOOKS_BACK = 3 * DAY
MOST_STEPS = 200
MAX_STEP_TEXT = 50_000  # characters of one side of a step
STEP_TYPES = ("GENERATION", "AGENT", "TOOL", "RETRIEVER", "GUARDRAIL", "CHAIN", "EMBEDDING")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A trace of which nothing arrived since `last`; `started` at the latest. In nanoseconds."""

    trace_id: str
    started: int
    last: int


def quiet_traces(
    project_id: str,
    *,
    since: int,
    until: int,
    after: Quiet | None,
    besides: str,
    limit: int,
) -> list[Quiet]:
    """Those whose last row arrived from `since` on and before `until`, in the order of that, behind
    `after`. Rows of the environment `besides` make nothing a candidate.

    Only rows that arrived since are read, so `started` is the earliest start of those. Whoever
    looks for the whole trace reaches further back, as far as a trace may.
    """
    found = rows(
        """
        SELECT trace_id, toUnixTimestamp64Nano(min(start_time)) AS started,
            toUnixTimestamp64Nano(max(s.received_at)) AS last
        FROM spans AS s
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
        GROUP BY trace_id
        HAVING last < {until:Int64} AND countIf(environment != {besides:String}) > 0
          AND (last, trace_id) > ({after_last:Int64}, {after_id:String})
        ORDER BY last, trace_id
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        low=max(FIRST, since - LOOKS_BACK),
        high=min(LAST, until + DAY),
        since=since,
        until=until,
        after_last=after.last if after else -1,
        after_id=after.trace_id if after else "",
        besides=besides,
        limit=limit,
        options=WHOLE_RANGE,
    )
    return [Quiet(**row) for row in found]


def observations_among(
    project_id: str, wanted: TraceFilter, traces: Sequence[Quiet], *, limit: int
) -> list[tuple[str, str]]:
    """The trace and span ids of the traces' observations that match by themselves, ended ones."""
    if not traces:
        return []
    condition, values = condition_of(wanted)
    found = rows(
        f"""
        SELECT trace_id, span_id
        FROM (SELECT * {current("trace_id IN {trace_ids:Array(String)}")}) AS s
        WHERE NOT is_deleted AND span_id != '' AND (end_time IS NOT NULL OR type = 'EVENT')
          AND {condition}
        ORDER BY trace_id, start_time, span_id
        LIMIT {{limit:UInt32}}
        """,
        project_id=project_id,
        trace_ids=[one.trace_id for one in traces],
        limit=limit,
        **reaching(min(one.started for one in traces), max(one.started for one in traces)),
        **values,
        options=WHOLE_RANGE,
    )
    return [(row["trace_id"], row["span_id"]) for row in found]


@dataclass(frozen=True, slots=True)
class Step:
    """An observation as a judge reads it."""

    span_id: str
    type: str
    name: str
    input: str
    output: str
    tool_calls: str
    tool_definitions: str
    error: str


def steps_of(project_id: str, trace_id: str, extent: Extent) -> list[Step]:
    """What models, tools, retrievers and agents of the trace did, by their start; the first
    MOST_STEPS, texts cut to MAX_STEP_TEXT.
    """
    found = rows(
        """
        SELECT span_id, type, name, input, output, tool_calls, tool_definitions, error
        FROM (
            SELECT span_id, type, name, is_deleted, start_time,
                leftUTF8(s.input, {most:UInt32}) AS input,
                leftUTF8(s.output, {most:UInt32}) AS output,
                leftUTF8(s.tool_calls, {most:UInt32}) AS tool_calls,
                leftUTF8(s.tool_definitions, {most:UInt32}) AS tool_definitions,
                if(s.level = 'ERROR', leftUTF8(s.status_message, 1000), '') AS error
            FROM spans AS s
            WHERE project_id = {project_id:String}
              AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND s.trace_id = {trace_id:String} AND span_id != ''
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(s.start_time)
        )
        WHERE NOT is_deleted AND type IN {types:Array(String)}
        ORDER BY start_time, span_id
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        trace_id=trace_id,
        types=list(STEP_TYPES),
        most=MAX_STEP_TEXT,
        limit=MOST_STEPS,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    return [Step(**row) for row in found]


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of a target: the latest of what people did."""

    trace_id: str
    observation_id: str
    value: float | None
    string_value: str


def labels_named(project_id: str, name: str, *, limit: int) -> list[Label]:
    """By people, of traces and observations, the latest first."""
    found = rows(
        """
        SELECT trace_id, observation_id,
            argMax((s.value, s.string_value), (timestamp, id)) AS said, max(timestamp) AS last
        FROM scores AS s FINAL
        WHERE project_id = {project_id:String} AND name = {name:String}
          AND source = 'ANNOTATION' AND trace_id != '' AND NOT is_deleted
        GROUP BY trace_id, observation_id
        ORDER BY last DESC, trace_id, observation_id
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        name=name,
        limit=limit,
        options=WHOLE_RANGE,
    )
    return [Label(row["trace_id"], row["observation_id"], *row["said"]) for row in found]
