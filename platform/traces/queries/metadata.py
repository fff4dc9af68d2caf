"""Chosen keys of the metadata, for the few rows that a list shows."""

from traces.clickhouse import rows
from traces.queries.filters import reaching
from traces.queries.limits import LIST
from traces.queries.observations import ObservationRow
from traces.queries.trace_row import TraceRow
from traces.queries.traces import CURRENT, EARLIEST


def add_metadata(
    project_id: str, page: list[TraceRow] | list[ObservationRow], keys: list[str]
) -> None:
    """Fill in `metadata`: of a trace what was said of it as a whole, else what its first span that
    has the key says.
    """
    lacking = [row for row in page if isinstance(row, TraceRow)]
    if not lacking:  # an observation brings its own
        return
    found = rows(
        f"""
        SELECT trace_id, key,
            argMinIf(whole, {EARLIEST}, whole != '') AS said,
            if(said != '', said, argMinIf(own, {EARLIEST}, own != '')) AS value
        FROM (
            SELECT trace_id, span_id, start_time, is_deleted,
                arrayJoin({{keys:Array(String)}}) AS key,
                leftUTF8(s.trace_metadata[key], 400) AS whole,
                leftUTF8(s.metadata[key], 400) AS own
            FROM (
                SELECT trace_id, span_id, start_time, is_deleted, trace_metadata, metadata
                {CURRENT}
            ) AS s
        )
        WHERE NOT is_deleted
        GROUP BY trace_id, key
        """,
        project_id=project_id,
        trace_ids=[row.trace_id for row in lacking],
        keys=keys,
        **reaching(min(row.started for row in lacking), max(row.started for row in lacking)),
        options=LIST,
    )
    by_trace: dict[str, dict[str, str]] = {}
    for row in found:
        by_trace.setdefault(row["trace_id"], {})[row["key"]] = row["value"]
    for trace in lacking:
        trace.metadata = by_trace.get(trace.trace_id, {})
