"""Which rows of traces say a tag."""

from traces.clickhouse import rows
from traces.queries.current import current
from traces.queries.filters import FIRST, LAST
from traces.queries.limits import LIST


def rows_with_tag(project_id: str, trace_ids: list[str], tag: str) -> dict[str, list[str]]:
    """The span ids of the rows, by trace; wherever in time they stand."""
    found = rows(
        f"""
        SELECT trace_id, groupArray(span_id) AS span_ids
        FROM (
            SELECT trace_id, span_id, start_time, tags, is_deleted
            {current("trace_id IN {trace_ids:Array(String)}")}
        )
        WHERE NOT is_deleted AND has(tags, {{tag:String}})
        GROUP BY trace_id
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        tag=tag,
        low=FIRST,
        high=LAST,
        options=LIST,
    )
    return {row["trace_id"]: sorted(row["span_ids"]) for row in found}


def living_traces(project_id: str, trace_ids: list[str]) -> set[str]:
    """Those of which a row counts."""
    found = rows(
        f"""
        SELECT DISTINCT trace_id
        FROM (
            SELECT trace_id, span_id, start_time, is_deleted
            {current("trace_id IN {trace_ids:Array(String)}")}
        )
        WHERE NOT is_deleted
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        low=FIRST,
        high=LAST,
        options=LIST,
    )
    return {row["trace_id"] for row in found}
