"""Scores of traces, for the pages and the API."""

from traces.clickhouse import rows
from traces.queries.limits import LIST


def scores_of(project_id: str, trace_ids: list[str]) -> dict[str, list[dict]]:
    """The scores of the traces and of their spans, oldest first. The table is read by id, so no
    time bounds it.
    """
    if not trace_ids:
        return {}
    found = rows(
        """
        SELECT id, name, data_type, value, string_value, trace_id, observation_id, comment, source,
            author_user_id,
            toUnixTimestamp64Nano(timestamp) AS at
        FROM scores FINAL
        WHERE project_id = {project_id:String}
          AND id IN (
            SELECT id FROM scores
            WHERE project_id = {project_id:String} AND trace_id IN {trace_ids:Array(String)}
          )
          AND trace_id IN {trace_ids:Array(String)}
        ORDER BY timestamp, id
        LIMIT 2000
        """,
        project_id=project_id,
        options=LIST,
        trace_ids=trace_ids,
    )
    by_trace: dict[str, list[dict]] = {}
    for row in found:
        by_trace.setdefault(row["trace_id"], []).append(row)
    return by_trace
