"""Traces as Langfuse lists them: what is said of the trace goes before what its spans say."""

from dataclasses import dataclass, field

from traces.clickhouse import rows, write_purpose
from traces.queries.langfuse.conditions import ALL_TIME, Conditions, TimeRange, moment, spans_within
from traces.queries.langfuse.filters import Filter, add_filters
from traces.stored import IDS_PER_QUERY

# Which of a trace's rows is asked first: its own, then those without a parent, then the earliest.
_RANK = "(s.span_id = '', s.parent_span_id = '', -toUnixTimestamp64Nano(s.start_time))"
_ENDED = "ifNull(s.end_time, s.start_time)"


def _said(column: str) -> str:
    return f"argMaxIf(s.{column}, {_RANK}, s.{column} != '')"


def _said_or(column: str, fallback: str) -> str:
    return f"if({_said(column)} != '', {_said(column)}, {fallback})"


NAME = _said_or("trace_name", f"argMaxIf(s.name, {_RANK}, s.span_id != '')")
STARTED = "if(countIf(s.span_id = '') > 0, minIf(s.start_time, s.span_id = ''), min(s.start_time))"
LATENCY_NS = (
    "if(countIf(s.span_id != '') = 0, 0,"
    f" toUnixTimestamp64Nano(maxIf({_ENDED}, s.span_id != ''))"
    " - toUnixTimestamp64Nano(minIf(s.start_time, s.span_id != '')))"
)
USER, SESSION = _said("user_id"), _said("session_id")
RELEASE, VERSION = _said("release"), _said("version_label")
ENVIRONMENT = (
    f"if(countIf(s.environment != 'default') = 0, 'default',"
    f" argMaxIf(s.environment, {_RANK}, s.environment != 'default'))"
)
TAGS = "arraySort(groupUniqArrayArray(s.tags))"
TOTAL_COST = "sum(s.total_cost)"

ORDERS = {
    "timestamp": STARTED,
    "name": NAME,
    "userId": USER,
    "sessionId": SESSION,
    "environment": ENVIRONMENT,
    "version": VERSION,
    "release": RELEASE,
    "latency": LATENCY_NS,
    "totalCost": f"ifNull({TOTAL_COST}, 0)",
    "id": "s.trace_id",
}
FILTERS = {
    "id": ("text", "s.trace_id"),
    "name": ("text", NAME),
    "userId": ("text", USER),
    "sessionId": ("text", SESSION),
    "environment": ("text", ENVIRONMENT),
    "version": ("text", VERSION),
    "release": ("text", RELEASE),
    "tags": ("list", TAGS),
    "timestamp": ("time", STARTED),
    "latency": ("number", f"({LATENCY_NS}) / 1e9"),
    "totalCost": ("number", f"toFloat64(ifNull({TOTAL_COST}, 0))"),
    "metadata": ("map", f"argMaxIf(s.trace_metadata, {_RANK}, notEmpty(s.trace_metadata))"),
    "level": ("text", "if(countIf(s.level = 'ERROR') > 0, 'ERROR', 'DEFAULT')"),
}


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces, in which order. Empty says nothing."""

    time: TimeRange = ALL_TIME
    name: str = ""
    user_id: str = ""
    session_id: str = ""
    version: str = ""
    release: str = ""
    tags: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    order: str = "timestamp"
    descending: bool = True


def trace_page(
    project_id: str, query: TraceQuery, *, limit: int, offset: int
) -> tuple[list[str], int]:
    """The ids of one page of traces, in order, and how many there are in all."""
    where, having = Conditions(), Conditions()
    spans_within(where, project_id, ALL_TIME)
    having.values = where.values  # one set of parameters for both
    _restrict(having, query)
    groups = f"""
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.trace_id
        HAVING {having.all_true()}
    """
    direction = "DESC" if query.descending else "ASC"
    found = rows(
        f"""
        SELECT s.trace_id AS trace_id {groups}
        ORDER BY {ORDERS[query.order]} {direction}, s.trace_id {direction}
        LIMIT {where.bind(limit, "UInt32")} OFFSET {where.bind(offset, "UInt64")}
        """,
        **where.values,
    )
    total = rows(
        f"SELECT count() AS traces FROM (SELECT s.trace_id {groups})",
        **where.values,
    )
    return [row["trace_id"] for row in found], total[0]["traces"]


def _restrict(having: Conditions, query: TraceQuery) -> None:
    having.add(f"{STARTED} >= {moment(having, query.time.since)}")
    having.add(f"{STARTED} < {moment(having, query.time.until)}")
    having.equal(NAME, query.name)
    having.equal(USER, query.user_id)
    having.equal(SESSION, query.session_id)
    having.equal(VERSION, query.version)
    having.equal(RELEASE, query.release)
    having.one_of(ENVIRONMENT, query.environments)
    if query.tags:
        having.add(f"hasAll({TAGS}, {having.bind(query.tags, 'Array(String)')})")
    add_filters(having, query.filters, FILTERS)


def traces_by_id(project_id: str, trace_ids: list[str], *, content: bool = True) -> dict[str, dict]:
    """What is known of each trace as a whole; `content` brings input, output and metadata too."""
    if not trace_ids:
        return {}
    where = Conditions()
    spans_within(where, project_id, ALL_TIME)
    where.one_of("s.trace_id", trace_ids)
    found = rows(
        f"""
        SELECT
            s.trace_id AS trace_id,
            toUnixTimestamp64Nano({STARTED}) AS started_ns,
            {NAME} AS name,
            {USER} AS user_id,
            {SESSION} AS session_id,
            {RELEASE} AS release,
            {VERSION} AS version_label,
            {ENVIRONMENT} AS environment,
            {TAGS} AS tags,
            max(s.public) AS is_public,
            {LATENCY_NS} AS latency_ns,
            {TOTAL_COST} AS total_cost,
            countIf(s.cost_source = 'unknown') AS unknown_costs,
            arrayMap(pair -> pair.2, arraySort(
                groupArrayIf((s.start_time, s.span_id), s.span_id != '')
            )) AS observation_ids
            {_CONTENT if content else ""}
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.trace_id
        """,
        **where.values,
    )
    return {row["trace_id"]: row for row in found}


_ROOT = "s.span_id != '' AND s.parent_span_id = ''"
_CONTENT = f"""
            , {_said_or("trace_input", f"argMaxIf(s.input, {_RANK}, {_ROOT})")} AS input
            , {_said_or("trace_output", f"argMaxIf(s.output, {_RANK}, {_ROOT})")} AS output
            , argMaxIf(s.trace_metadata, {_RANK}, notEmpty(s.trace_metadata)) AS metadata
"""


def traces_of_session(project_id: str, session_id: str) -> list[str]:
    """The ids of a session's traces, oldest first."""
    where = Conditions()
    spans_within(where, project_id, ALL_TIME)
    where.equal("s.session_id", session_id)
    found = rows(
        f"""
        SELECT s.trace_id AS trace_id
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.trace_id
        ORDER BY min(s.start_time), s.trace_id
        LIMIT 10000
        """,
        **where.values,
    )
    return [row["trace_id"] for row in found]


def traces_of_observations(project_id: str, span_ids: list[str]) -> dict[str, str]:
    """The trace that each observation is stored in, of those that are stored.

    It is asked while a sender waits, with the patience of a write.
    """
    found: dict[str, str] = {}
    for first in range(0, len(span_ids), IDS_PER_QUERY):
        found |= _traces_of(project_id, span_ids[first : first + IDS_PER_QUERY])
    return found


def _traces_of(project_id: str, span_ids: list[str]) -> dict[str, str]:
    where = Conditions()
    spans_within(where, project_id, ALL_TIME)
    where.one_of("s.span_id", span_ids)
    found = rows(
        f"""
        SELECT s.span_id AS span_id, argMax(s.trace_id, s.version) AS trace_id
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.span_id
        """,
        purpose=write_purpose(),
        **where.values,
    )
    return {row["span_id"]: row["trace_id"] for row in found}
