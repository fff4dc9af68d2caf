"""Text inside one trace."""

from traces.clickhouse import rows
from traces.queries.limits import ONE_TRACE
from traces.queries.text import like_pattern
from traces.queries.trace import MAX_SPANS, Extent

MAX_PHRASE = 200  # characters


def spans_with(project_id: str, trace_id: str, extent: Extent, text: str) -> set[str]:
    """The ids of the trace's spans that have the text in their name, message, input or output, like
    the list's search regardless of the case of Latin letters; the first MAX_SPANS of them by start.
    """
    found = rows(
        """
        SELECT span_id
        FROM (
            SELECT span_id, start_time, is_deleted,
                lower(s.input) LIKE lower({pattern:String})
                    OR lower(s.output) LIKE lower({pattern:String})
                    OR lower(s.name) LIKE lower({pattern:String})
                    OR lower(s.status_message) LIKE lower({pattern:String}) AS has_it
            FROM spans AS s
            WHERE project_id = {project_id:String}
              AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND s.trace_id = {trace_id:String} AND span_id != ''
            ORDER BY version DESC
            LIMIT 1 BY span_id, toStartOfHour(s.start_time)
        )
        WHERE has_it AND NOT is_deleted
        ORDER BY start_time, span_id
        LIMIT {cap:UInt32}
        """,
        project_id=project_id,
        trace_id=trace_id,
        pattern=like_pattern(text[:MAX_PHRASE]),
        cap=MAX_SPANS,
        options=ONE_TRACE,
        **extent.bounds(),
    )
    return {row["span_id"] for row in found}
