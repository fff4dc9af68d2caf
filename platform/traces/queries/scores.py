"""Scores of traces and of their spans. The table is read by id, so no time bounds it."""

from collections import defaultdict

from traces.clickhouse import rows
from traces.queries.limits import LIST

MOST_OF_A_TRACE = 100  # that a list reads of each: a trace may have one on every span
AT_ONCE = 2_000
COLUMNS = """
    id, name, data_type, value, string_value, trace_id, observation_id, comment, source,
    author_user_id, execution_trace_id, toUnixTimestamp64Nano(timestamp) AS at
"""
OF_TRACES = """
    project_id = {project_id:String}
    AND id IN (
        SELECT id FROM scores
        WHERE project_id = {project_id:String} AND trace_id IN {trace_ids:Array(String)}
    )
    AND trace_id IN {trace_ids:Array(String)}
"""


def scores_of(project_id: str, trace_ids: list[str]) -> dict[str, list[dict]]:
    """The first MOST_OF_A_TRACE scores of each trace and its spans, oldest first; each says how
    many the trace has `in_all`.
    """
    if not trace_ids:
        return {}
    found = rows(
        f"""
        SELECT {COLUMNS}, count() OVER (PARTITION BY trace_id) AS in_all
        FROM scores FINAL
        WHERE {OF_TRACES}
        ORDER BY at, id
        LIMIT {{most:UInt32}} BY trace_id
        """,
        project_id=project_id,
        options=LIST,
        trace_ids=trace_ids,
        most=MOST_OF_A_TRACE,
    )
    by_trace: dict[str, list[dict]] = defaultdict(list)
    for row in found:
        by_trace[row["trace_id"]].append(row)
    return by_trace


def whole_scores(
    project_id: str, trace_id: str, *, about: tuple[str, ...] | None = None
) -> list[dict]:
    """All scores of the trace and its spans, oldest first; or those `about` these spans alone,
    among which "" stands for the trace as a whole.
    """
    which = "" if about is None else "AND observation_id IN {about:Array(String)}"
    found: list[dict] = []
    while True:
        some = rows(
            f"""
            SELECT {COLUMNS}
            FROM scores FINAL
            WHERE {OF_TRACES} {which} AND (at, id) > ({{after_at:Int64}}, {{after_id:String}})
            ORDER BY at, id
            LIMIT {{limit:UInt32}}
            """,
            project_id=project_id,
            options=LIST,
            trace_ids=[trace_id],
            about=list(about or ()),
            after_at=found[-1]["at"] if found else -1,
            after_id=found[-1]["id"] if found else "",
            limit=AT_ONCE,
        )
        found += some
        if len(some) < AT_ONCE:
            return found
