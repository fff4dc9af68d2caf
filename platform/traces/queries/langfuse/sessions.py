"""Sessions: what the traces of one conversation have in common."""

from traces.clickhouse import rows
from traces.queries.filters import REACH
from traces.queries.langfuse.conditions import Conditions, TimeRange, moment, spans_within
from traces.queries.langfuse.newest import around, counted, newest
from traces.queries.limits import COUNT, LIST, WHOLE_RANGE
from traces.queries.windows import Place

BEGAN = "toUnixTimestamp64Nano(min(s.start_time))"
ENVIRONMENT = "argMin(s.environment, s.start_time)"


def session_page(
    project_id: str, *, time: TimeRange, environments: list[str], limit: int, offset: int
) -> tuple[list[dict], int]:
    """One page of sessions by when they began, newest first, and how many there are in all."""
    known: dict[str, dict] = {}

    def began(ids: list[str], _window: TimeRange) -> list[Place]:
        found = _began(project_id, time, environments, ids)
        known.update({row["session_id"]: row for row in found})
        return [Place(row["started_ns"], row["session_id"]) for row in found]

    ids = newest(project_id, "s.session_id", began, time, limit=limit, offset=offset)
    if ids is None:
        return _ranked(project_id, time, environments, limit=limit, offset=offset)
    total = counted(
        project_id, "s.session_id", time, lambda: _how_many(project_id, time, environments)
    )
    return [known[one] for one in ids], total


def _groups(project_id: str, time: TimeRange, environments: list[str]) -> tuple[str, Conditions]:
    """The sessions that match, as the end of a SELECT, and its parameters."""
    where, having = Conditions(), Conditions()
    having.values = where.values  # one set of parameters for both
    spans_within(where, project_id, around(time, REACH))
    where.add("s.session_id != ''")
    _restrict(having, time, environments)
    sql = f"""
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.session_id
        HAVING {having.all_true()}
    """
    return sql, where


def _restrict(having: Conditions, time: TimeRange, environments: list[str]) -> None:
    having.add(f"min(s.start_time) >= {moment(having, time.since)}")
    having.add(f"min(s.start_time) < {moment(having, time.until)}")
    having.one_of(ENVIRONMENT, environments)


def _ranked(
    project_id: str, time: TimeRange, environments: list[str], *, limit: int, offset: int
) -> tuple[list[dict], int]:
    groups, bound = _groups(project_id, time, environments)
    found = rows(
        f"""
        SELECT s.session_id AS session_id, {BEGAN} AS started_ns, {ENVIRONMENT} AS environment,
            count() OVER () AS total
        {groups}
        ORDER BY started_ns DESC, session_id DESC
        LIMIT {bound.bind(limit, "UInt32")} OFFSET {bound.bind(offset, "UInt64")}
        """,
        options=WHOLE_RANGE,
        **bound.values,
    )
    if not found:  # past the end
        return [], _how_many(project_id, time, environments) if offset else 0
    return found, found[0]["total"]


def _how_many(project_id: str, time: TimeRange, environments: list[str]) -> int:
    groups, bound = _groups(project_id, time, environments)
    [found] = rows(
        f"SELECT count() AS sessions FROM (SELECT s.session_id {groups})",
        options=COUNT,
        **bound.values,
    )
    return found["sessions"]


def _began(
    project_id: str, time: TimeRange, environments: list[str], session_ids: list[str]
) -> list[dict]:
    """Those of the sessions that match, by the index on their ids."""
    where, having = Conditions(), Conditions()
    having.values = where.values
    spans_within(where, project_id, around(time, REACH))
    _restrict(having, time, environments)
    bound_ids = where.bind(session_ids, "Array(String)")
    found = rows(
        f"""
        SELECT s.session_id AS session_id, {BEGAN} AS started_ns, {ENVIRONMENT} AS environment
        FROM (
            SELECT s.session_id AS session_id, s.start_time AS start_time,
                s.environment AS environment, s.is_deleted AS is_deleted
            FROM spans AS s
            WHERE {where.all_true()} AND s.trace_id IN (
                SELECT s.trace_id FROM spans AS s
                WHERE {where.all_true()} AND s.session_id IN {bound_ids}
            )
            ORDER BY s.version DESC
            LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
        ) AS s
        WHERE NOT s.is_deleted AND s.session_id IN {bound_ids}
        GROUP BY s.session_id
        HAVING {having.all_true()}
        """,
        options=LIST,
        **where.values,
    )
    return found
