"""Traces as Langfuse lists them: what is said of the trace goes before what its spans say."""

from dataclasses import dataclass, field

from traces.clickhouse import rows, write_purpose
from traces.queries.filters import REACH
from traces.queries.langfuse.conditions import ALL_TIME, Conditions, TimeRange, moment, spans_within
from traces.queries.langfuse.filters import Filter, add_filters
from traces.queries.langfuse.newest import around, counted, newest
from traces.queries.langfuse.score_filters import add_score_filters, is_of_scores
from traces.queries.langfuse.trace_columns import (
    CONTENT,
    ENVIRONMENT,
    FILTERS,
    LATENCY_NS,
    NAME,
    ORDERS,
    RELEASE,
    SESSION,
    STARTED,
    TAGS,
    TOTAL_COST,
    USER,
    VERSION,
)
from traces.queries.limits import COUNT, LIST, WHOLE_RANGE
from traces.queries.windows import Place
from traces.stored import IDS_PER_QUERY


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
    if query == TraceQuery(time=query.time):
        page = newest(
            project_id,
            "s.trace_id",
            lambda ids, window: _began(project_id, query, ids, window),
            query.time,
            limit=limit,
            offset=offset,
        )
        if page is not None:
            total = counted(
                project_id, "s.trace_id", query.time, lambda: _how_many(project_id, query)
            )
            return page, total
    return _ranked(project_id, query, limit=limit, offset=offset)


def _began(
    project_id: str, query: TraceQuery, trace_ids: list[str], window: TimeRange
) -> list[Place]:
    """Those of the traces that start in the window, and when."""
    where, having = Conditions(), Conditions()
    having.values = where.values  # one set of parameters for both
    spans_within(where, project_id, around(window, REACH))
    having.add(f"{STARTED} >= {moment(having, max(window.since, query.time.since))}")
    having.add(f"{STARTED} < {moment(having, min(window.until, query.time.until))}")
    found = rows(
        f"""
        SELECT s.trace_id AS id, toUnixTimestamp64Nano({STARTED}) AS at
        FROM (
            SELECT trace_id, span_id, start_time, is_deleted
            FROM spans AS s
            WHERE {where.all_true()} AND s.trace_id IN {where.bind(trace_ids, "Array(String)")}
            ORDER BY version DESC
            LIMIT 1 BY trace_id, span_id, toStartOfHour(start_time)
        ) AS s
        WHERE NOT s.is_deleted
        GROUP BY s.trace_id
        HAVING {having.all_true()}
        """,
        options=LIST,
        **where.values,
    )
    return [Place(row["at"], row["id"]) for row in found]


def groups(
    project_id: str, query: TraceQuery, values: dict | None = None
) -> tuple[str, Conditions]:
    """The traces that match, as the end of a SELECT, and its parameters, after those given."""
    where, having = Conditions(values={} if values is None else values), Conditions()
    spans_within(where, project_id, around(query.time, REACH))
    having.values = where.values  # one set of parameters for both
    _narrow(where, project_id, query)
    _restrict(having, project_id, query)
    sql = f"""
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.trace_id
        HAVING {having.all_true()}
    """
    return sql, where


def _narrow(where: Conditions, project_id: str, query: TraceQuery) -> None:
    """To the traces that an index finds, before anything is grouped."""
    for column, value in (("user_id", query.user_id), ("session_id", query.session_id)):
        if value:
            named = Conditions(values=where.values)
            spans_within(named, project_id, around(query.time, REACH))
            named.equal(f"s.{column}", value)
            where.add(f"s.trace_id IN (SELECT s.trace_id FROM spans AS s WHERE {named.all_true()})")


def _ranked(
    project_id: str, query: TraceQuery, *, limit: int, offset: int
) -> tuple[list[str], int]:
    """The page from all that match, counted in the same reading."""
    matching, bound = groups(project_id, query)
    direction = "DESC" if query.descending else "ASC"
    found = rows(
        f"""
        SELECT s.trace_id AS trace_id, count() OVER () AS total {matching}
        ORDER BY {ORDERS[query.order]} {direction}, s.trace_id {direction}
        LIMIT {bound.bind(limit, "UInt32")} OFFSET {bound.bind(offset, "UInt64")}
        """,
        options=WHOLE_RANGE,
        **bound.values,
    )
    if not found:  # past the end
        return [], _how_many(project_id, query) if offset else 0
    return [row["trace_id"] for row in found], found[0]["total"]


def _how_many(project_id: str, query: TraceQuery) -> int:
    matching, bound = groups(project_id, query)
    [found] = rows(
        f"SELECT count() AS traces FROM (SELECT s.trace_id {matching})",
        options=COUNT,
        **bound.values,
    )
    return found["traces"]


def _restrict(having: Conditions, project_id: str, query: TraceQuery) -> None:
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
    of_scores = [wanted for wanted in query.filters if is_of_scores(wanted)]
    add_score_filters(having, project_id, of_scores, "s.trace_id")
    others = [wanted for wanted in query.filters if not is_of_scores(wanted)]
    add_filters(having, others, FILTERS)


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
            {CONTENT if content else ""}
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.trace_id
        """,
        **where.values,
    )
    return {row["trace_id"]: row for row in found}


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
    """The trace that each observation was ever stored in: what is said of a deleted one belongs
    to its deleted trace, and to no new one.

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
        FROM spans AS s
        WHERE {where.all_true()}
        GROUP BY s.span_id
        """,
        purpose=write_purpose(),
        **where.values,
    )
    return {row["span_id"]: row["trace_id"] for row in found}
