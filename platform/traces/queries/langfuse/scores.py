"""Scores, by page, by cursor or by what they judge."""

from dataclasses import dataclass, field

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import ALL_TIME, Conditions, TimeRange, moment, spans_within
from traces.queries.langfuse.filters import Filter, add_filters
from traces.queries.limits import LIST

COLUMNS = """
    c.project_id AS project_id,
    c.id AS id,
    c.name AS name,
    toUnixTimestamp64Nano(c.timestamp) AS timestamp_ns,
    toUnixTimestamp64Nano(c.received_at) AS received_ns,
    c.data_type AS data_type,
    c.value AS value,
    c.string_value AS string_value,
    c.trace_id AS trace_id,
    c.observation_id AS observation_id,
    c.session_id AS session_id,
    c.dataset_run_id AS dataset_run_id,
    c.comment AS comment,
    c.source AS source,
    c.environment AS environment,
    c.author_user_id AS author_user_id,
    c.config_id AS config_id,
    c.queue_id AS queue_id,
    c.metadata AS metadata
"""
FILTERS = {
    "id": ("text", "c.id"),
    "name": ("text", "c.name"),
    "source": ("text", "c.source"),
    "dataType": ("text", "c.data_type"),
    "value": ("number", "c.value"),
    "stringValue": ("text", "c.string_value"),
    "comment": ("text", "c.comment"),
    "environment": ("text", "c.environment"),
    "traceId": ("text", "c.trace_id"),
    "observationId": ("text", "c.observation_id"),
    "sessionId": ("text", "c.session_id"),
    "datasetRunId": ("text", "c.dataset_run_id"),
    "configId": ("text", "c.config_id"),
    "queueId": ("text", "c.queue_id"),
    "authorUserId": ("text", "c.author_user_id"),
    "timestamp": ("time", "c.timestamp"),
    "metadata": ("map", "c.metadata"),
}
VALUE_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: the next one begins after it."""

    timestamp_ns: int
    id: str


@dataclass(frozen=True, slots=True)
class ScoreQuery:
    """Which scores. Empty says nothing; a list means any of them."""

    time: TimeRange = ALL_TIME
    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    data_types: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    config_ids: list[str] = field(default_factory=list)
    queue_ids: list[str] = field(default_factory=list)
    author_ids: list[str] = field(default_factory=list)
    trace_ids: list[str] = field(default_factory=list)
    session_ids: list[str] = field(default_factory=list)
    observation_ids: list[str] = field(default_factory=list)
    run_ids: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    string_values: list[str] = field(default_factory=list)
    bounds: list[tuple[str, float]] = field(default_factory=list)  # (operator, number)
    of_traces_only: bool = False
    user_id: str = ""  # of the trace
    trace_tags: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)


def score_page(
    project_id: str, query: ScoreQuery, *, limit: int, offset: int
) -> tuple[list[dict], int]:
    """One page, newest first, and how many there are in all."""
    where = _where(project_id, query)
    total = rows(
        f"SELECT count() AS found FROM scores AS c FINAL WHERE {where.all_true()}",
        options=LIST,
        **where.values,
    )
    return _newest(where, limit=limit, offset=offset), total[0]["found"]


def scores_after(
    project_id: str, query: ScoreQuery, *, limit: int, after: After | None
) -> list[dict]:
    """The newest, or those that follow where the last page ended."""
    where = _where(project_id, query)
    if after:
        where.add(
            "(c.timestamp, c.id) < "
            f"({moment(where, after.timestamp_ns)}, {where.bind(after.id, 'String')})"
        )
    return _newest(where, limit=limit, offset=0)


def scores_of_traces(project_id: str, trace_ids: list[str]) -> list[dict]:
    """All scores of these traces and their observations."""
    if not trace_ids:
        return []
    where = _where(project_id, ScoreQuery(trace_ids=trace_ids))
    return _newest(where, limit=100_000, offset=0)


def score(project_id: str, score_id: str) -> dict | None:
    where = _where(project_id, ScoreQuery(ids=[score_id]))
    return next(iter(_newest(where, limit=1, offset=0)), None)


def _newest(where: Conditions, *, limit: int, offset: int) -> list[dict]:
    return rows(
        f"""
        SELECT {COLUMNS}
        FROM scores AS c FINAL
        WHERE {where.all_true()}
        ORDER BY c.timestamp DESC, c.id DESC
        LIMIT {where.bind(limit, "UInt32")} OFFSET {where.bind(offset, "UInt64")}
        """,
        options=LIST,
        **where.values,
    )


def _where(project_id: str, query: ScoreQuery) -> Conditions:
    where = Conditions()
    where.add(f"c.project_id = {where.bind(project_id, 'String')}")
    where.add(f"c.timestamp >= {moment(where, query.time.since)}")
    where.add(f"c.timestamp < {moment(where, query.time.until)}")
    for column, wanted in (
        ("id", query.ids),
        ("name", query.names),
        ("source", query.sources),
        ("data_type", query.data_types),
        ("environment", query.environments),
        ("config_id", query.config_ids),
        ("queue_id", query.queue_ids),
        ("author_user_id", query.author_ids),
        ("trace_id", query.trace_ids),
        ("session_id", query.session_ids),
        ("observation_id", query.observation_ids),
        ("dataset_run_id", query.run_ids),
        ("string_value", query.string_values),
    ):
        where.one_of(f"c.{column}", wanted)
    _value(where, query)
    if query.of_traces_only:
        where.add("c.trace_id != ''")
    _of_trace(where, project_id, query)
    add_filters(where, query.filters, FILTERS)
    return where


def _value(where: Conditions, query: ScoreQuery) -> None:
    if query.values:
        where.add(f"has({where.bind(query.values, 'Array(Float64)')}, assumeNotNull(c.value))")
        where.add("c.value IS NOT NULL")
    for operator, number in query.bounds:
        if operator not in VALUE_OPERATORS:
            raise ValueError(operator)
        where.add(f"c.value {operator} {where.bind(number, 'Float64')}")


def _of_trace(where: Conditions, project_id: str, query: ScoreQuery) -> None:
    """Scores of the traces of a user, or of those that carry all these tags."""
    if not (query.user_id or query.trace_tags):
        return
    traces = Conditions(values=where.values)
    spans_within(traces, project_id, ALL_TIME)
    traces.equal("s.user_id", query.user_id)
    if query.trace_tags:
        traces.add(f"hasAll(s.tags, {traces.bind(query.trace_tags, 'Array(String)')})")
    # In a cluster a trace may lie on another shard than its scores.
    where.add(
        f"c.trace_id GLOBAL IN (SELECT s.trace_id FROM spans AS s FINAL WHERE {traces.all_true()})"
    )
