"""Observations, by page or by cursor, with what their trace says of user, session and tags."""

from dataclasses import dataclass, field, replace

from traces.clickhouse import rows
from traces.queries.filters import HOUR, REACH
from traces.queries.langfuse.conditions import (
    ALL_TIME,
    Conditions,
    TimeRange,
    moment,
    observations_only,
    spans_within,
)
from traces.queries.langfuse.filters import Filter, add_filters
from traces.queries.langfuse.newest import around
from traces.queries.langfuse.trace_columns import cost_of_side
from traces.queries.langfuse.traces import TraceQuery, groups
from traces.queries.limits import LIST
from traces.queries.overview import last_activity

FIRST_WINDOW = HOUR
GROWTH = 8
COLUMNS = """
    s.span_id AS span_id,
    s.trace_id AS trace_id,
    s.parent_span_id AS parent_span_id,
    s.type AS type,
    s.name AS name,
    s.level AS level,
    s.status_message AS status_message,
    s.is_root AS is_root,
    s.is_app_root AS is_app_root,
    toUnixTimestamp64Nano(s.start_time) AS start_ns,
    toUnixTimestamp64Nano(s.end_time) AS end_ns,
    toUnixTimestamp64Nano(s.completion_start_time) AS completion_start_ns,
    toUnixTimestamp64Nano(s.received_at) AS received_ns,
    s.version AS row_version,
    s.environment AS environment,
    s.version_label AS version_label,
    s.release AS release,
    s.user_id AS user_id,
    s.session_id AS session_id,
    s.model AS model,
    s.model_parameters AS model_parameters,
    s.input AS input,
    s.output AS output,
    s.metadata AS metadata,
    s.usage AS usage,
    s.input_tokens AS input_tokens,
    s.output_tokens AS output_tokens,
    s.total_tokens AS total_tokens,
    s.cost AS cost,
    s.total_cost AS total_cost,
    s.price_id AS price_id,
    s.prompt_name AS prompt_name,
    s.prompt_version AS prompt_version
"""
_SECONDS = "(toUnixTimestamp64Nano({end}) - toUnixTimestamp64Nano(s.start_time)) / 1e9"
_LATENCY = _SECONDS.format(end="s.end_time")
FILTERS = {
    "id": ("text", "s.span_id"),
    "traceId": ("text", "s.trace_id"),
    "parentObservationId": ("text", "s.parent_span_id"),
    "type": ("text", "s.type"),
    "name": ("text", "s.name"),
    "level": ("text", "s.level"),
    "statusMessage": ("text", "s.status_message"),
    "environment": ("text", "s.environment"),
    "version": ("text", "s.version_label"),
    "model": ("text", "s.model"),
    "providedModelName": ("text", "s.model"),
    "promptName": ("text", "s.prompt_name"),
    "promptVersion": ("number", "s.prompt_version"),
    "input": ("text", "s.input"),
    "output": ("text", "s.output"),
    "metadata": ("map", "s.metadata"),
    "startTime": ("time", "s.start_time"),
    "endTime": ("time", "s.end_time"),
    "isRootObservation": ("flag", "(s.parent_span_id = '' OR s.is_app_root)"),
    "latency": ("number", _LATENCY),
    "timeToFirstToken": ("number", _SECONDS.format(end="s.completion_start_time")),
    "tokensPerSecond": ("number", f"s.output_tokens / nullIf({_LATENCY}, 0)"),
    "inputTokens": ("number", "s.input_tokens"),
    "outputTokens": ("number", "s.output_tokens"),
    "totalTokens": ("number", "s.total_tokens"),
    "tokens": ("number", "s.total_tokens"),
    "inputCost": ("number", f"toFloat64({cost_of_side('input')})"),
    "outputCost": ("number", f"toFloat64({cost_of_side('output')})"),
    "totalCost": ("number", "toFloat64(s.total_cost)"),
}
# What a filter asks of the observation's trace → what it is called there.
OF_TRACE = {
    "userId": "userId",
    "sessionId": "sessionId",
    "traceName": "name",
    "traceEnvironment": "environment",
    "traceTags": "tags",
    "tags": "tags",
}


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: the next one begins after it."""

    start_ns: int
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class ObservationQuery:
    """Which observations. Empty says nothing; `parent_id` None says nothing, "" means none."""

    time: TimeRange = ALL_TIME
    trace_id: str = ""
    name: str = ""
    type: str = ""
    level: str = ""
    user_id: str = ""
    session_id: str = ""
    version: str = ""
    parent_id: str | None = None
    is_root: bool | None = None
    environments: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)

    @property
    def is_indexed(self) -> bool:
        return bool(self.trace_id or self.user_id or self.session_id)


def observation_page(
    project_id: str, query: ObservationQuery, *, limit: int, offset: int
) -> tuple[list[dict], int]:
    """One page, newest first, and how many there are in all."""
    where = _where(project_id, query)
    total = rows(
        f"SELECT count() AS found FROM spans AS s FINAL WHERE {where.all_true()}",
        options=LIST,
        **where.values,
    )
    return _newest(where, limit=limit, offset=offset), total[0]["found"]


def observations_after(
    project_id: str, query: ObservationQuery, *, limit: int, after: After | None
) -> list[dict]:
    """The newest, or those that follow where the last page ended.

    They are looked for back in time, in ever wider windows, of which the first fills most pages;
    but all at once where an index finds them.
    """
    until = min(query.time.until, after.start_ns + 1) if after else query.time.until
    width = until
    if not query.is_indexed:
        last = last_activity(project_id, until)
        until, width = (0 if last is None else min(until, last + 1)), FIRST_WINDOW
    found: list[dict] = []
    while until > query.time.since and len(found) < limit:
        since = max(query.time.since, until - width)
        where = _where(project_id, replace(query, time=TimeRange(since, until)))
        if after:
            _behind(where, after)
        found += _newest(where, limit=limit - len(found), offset=0)
        until, width = since, width * GROWTH
    return found


def _behind(where: Conditions, after: After) -> None:
    where.add(
        "(s.start_time, s.trace_id, s.span_id) < "
        f"({moment(where, after.start_ns)}, {where.bind(after.trace_id, 'String')},"
        f" {where.bind(after.span_id, 'String')})"
    )


def observations_of_trace(project_id: str, trace_id: str, *, limit: int) -> list[dict]:
    """A trace's observations, newest first as everywhere."""
    where = _where(project_id, ObservationQuery(trace_id=trace_id))
    return _newest(where, limit=limit, offset=0)


def observation(project_id: str, span_id: str) -> dict | None:
    where = _where(project_id, ObservationQuery())
    where.add(f"s.span_id = {where.bind(span_id, 'String')}")
    return next(iter(_newest(where, limit=1, offset=0)), None)


def _newest(where: Conditions, *, limit: int, offset: int) -> list[dict]:
    return rows(
        f"""
        SELECT {COLUMNS}
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        ORDER BY s.start_time DESC, s.trace_id DESC, s.span_id DESC
        LIMIT {where.bind(limit, "UInt32")} OFFSET {where.bind(offset, "UInt64")}
        """,
        options=LIST,
        **where.values,
    )


def _where(project_id: str, query: ObservationQuery) -> Conditions:
    where = Conditions()
    spans_within(where, project_id, query.time)
    observations_only(where)
    where.equal("s.trace_id", query.trace_id)
    where.equal("s.name", query.name)
    where.equal("s.type", query.type)
    where.equal("s.level", query.level)
    where.equal("s.version_label", query.version)
    where.one_of("s.environment", query.environments)
    _said_of_trace(where, project_id, "user_id", query.user_id)
    _said_of_trace(where, project_id, "session_id", query.session_id)
    if query.parent_id is not None:
        where.add(f"s.parent_span_id = {where.bind(query.parent_id, 'String')}")
    if query.is_root is not None:
        root = "(s.parent_span_id = '' OR s.is_app_root)"
        where.add(root if query.is_root else f"NOT {root}")
    add_filters(where, [one for one in query.filters if one.column not in OF_TRACE], FILTERS)
    _of_trace(where, project_id, query)
    return where


def _of_trace(where: Conditions, project_id: str, query: ObservationQuery) -> None:
    """What filters ask of the trace is asked of all its rows, wherever it was said."""
    asked = [
        replace(wanted, column=OF_TRACE[wanted.column])
        for wanted in query.filters
        if wanted.column in OF_TRACE
    ]
    if asked:
        traces = TraceQuery(time=around(query.time, REACH), filters=asked)
        matching, _ = groups(project_id, traces, values=where.values)
        where.add(f"s.trace_id IN (SELECT s.trace_id {matching})")


def _said_of_trace(where: Conditions, project_id: str, column: str, value: str) -> None:
    """The observation says it, or its trace does."""
    if not value:
        return
    wanted, project = where.bind(value, "String"), where.bind(project_id, "String")
    where.add(
        f"""(s.{column} = {wanted} OR s.trace_id IN (
            SELECT t.trace_id FROM spans AS t FINAL
            WHERE t.project_id = {project} AND t.span_id = '' AND t.{column} = {wanted}
              AND t.start_time >= {moment(where, ALL_TIME.since)}
              AND t.start_time < {moment(where, ALL_TIME.until)}
        ))"""
    )
