"""Sessions: what the traces of one conversation have in common."""

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import ALL_TIME, Conditions, TimeRange, moment, spans_within


def session_page(
    project_id: str, *, time: TimeRange, environments: list[str], limit: int, offset: int
) -> tuple[list[dict], int]:
    """One page of sessions by when they began, newest first, and how many there are in all."""
    where, having = Conditions(), Conditions()
    having.values = where.values  # one set of parameters for both
    spans_within(where, project_id, ALL_TIME)
    where.add("s.session_id != ''")
    having.add(f"min(s.start_time) >= {moment(having, time.since)}")
    having.add(f"min(s.start_time) < {moment(having, time.until)}")
    having.one_of("argMin(s.environment, s.start_time)", environments)
    groups = f"""
        FROM spans AS s FINAL
        WHERE {where.all_true()}
        GROUP BY s.session_id
        HAVING {having.all_true()}
    """
    found = rows(
        f"""
        SELECT
            s.session_id AS session_id,
            toUnixTimestamp64Nano(min(s.start_time)) AS started_ns,
            argMin(s.environment, s.start_time) AS environment
        {groups}
        ORDER BY started_ns DESC, session_id DESC
        LIMIT {where.bind(limit, "UInt32")} OFFSET {where.bind(offset, "UInt64")}
        """,
        **where.values,
    )
    total = rows(f"SELECT count() AS sessions FROM (SELECT s.session_id {groups})", **where.values)
    return found, total[0]["sessions"]
