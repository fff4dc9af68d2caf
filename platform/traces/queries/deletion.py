"""What a deletion asks of the store: what is alive, and what was ever there."""

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import ALL_TIME, Conditions, spans_within
from traces.queries.limits import WHOLE_RANGE


def known_traces(project_id: str, trace_ids: list[str]) -> set[str]:
    """Those of which anything was ever stored, deleted or not."""
    spans, scores = Conditions(), Conditions()
    scores.values = spans.values
    spans_within(spans, project_id, ALL_TIME)
    spans.add(f"s.trace_id IN {spans.bind(trace_ids, 'Array(String)')}")
    scores.add(f"c.project_id = {scores.bind(project_id, 'String')}")
    scores.add(f"c.trace_id IN {scores.bind(trace_ids, 'Array(String)')}")
    found = rows(
        f"""
        SELECT DISTINCT s.trace_id AS trace_id FROM spans AS s WHERE {spans.all_true()}
        UNION ALL
        SELECT DISTINCT c.trace_id AS trace_id FROM scores AS c WHERE {scores.all_true()}
        """,
        options=WHOLE_RANGE,
        **spans.values,
    )
    return {row["trace_id"] for row in found}


def live_spans(project_id: str, trace_ids: list[str], *, limit: int) -> list[dict]:
    """The places of rows that count, the trace's own among them."""
    where = Conditions()
    spans_within(where, project_id, ALL_TIME)
    where.add(f"s.trace_id IN {where.bind(trace_ids, 'Array(String)')}")
    return rows(
        f"""
        SELECT s.trace_id AS trace_id, s.span_id AS span_id,
            toUnixTimestamp64Nano(argMax(s.start_time, s.version)) AS start_ns
        FROM spans AS s
        WHERE {where.all_true()}
        GROUP BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
        HAVING NOT argMax(s.is_deleted, s.version)
        LIMIT {where.bind(limit, "UInt32")}
        """,
        options=WHOLE_RANGE,
        **where.values,
    )


def live_scores(project_id: str, trace_ids: list[str], *, limit: int) -> list[dict]:
    where = Conditions()
    where.add(f"c.project_id = {where.bind(project_id, 'String')}")
    traces = where.bind(trace_ids, "Array(String)")
    # By id, since a later row of a score may be about another trace.
    return rows(
        f"""
        SELECT c.id AS id, argMax(c.trace_id, c.version) AS trace_id
        FROM scores AS c
        WHERE {where.all_true()} AND c.id IN (
            SELECT c.id FROM scores AS c WHERE {where.all_true()} AND c.trace_id IN {traces}
        )
        GROUP BY c.id
        HAVING NOT argMax(c.is_deleted, c.version) AND trace_id IN {traces}
        LIMIT {where.bind(limit, "UInt32")}
        """,
        options=WHOLE_RANGE,
        **where.values,
    )


def is_known_score(project_id: str, score_id: str) -> bool:
    where = Conditions()
    where.add(f"c.project_id = {where.bind(project_id, 'String')}")
    where.add(f"c.id = {where.bind(score_id, 'String')}")
    return bool(rows(f"SELECT 1 FROM scores AS c WHERE {where.all_true()} LIMIT 1", **where.values))
