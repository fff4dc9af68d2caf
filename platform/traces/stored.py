"""Reads stored spans back as records, to the nanosecond, to be merged with what comes later."""

from collections import defaultdict
from collections.abc import Iterable

from traces import clickhouse, native
from traces.records import SPAN_COLUMNS, Span

Key = tuple[str, str]  # trace_id, span_id
IDS_PER_QUERY = 2_000
TIMES = ("start_time", "end_time", "completion_start_time", "received_at")
COLUMNS = ", ".join(
    f"toUnixTimestamp64Nano(s.{name}) AS {name}" if name in TIMES else f"s.{name} AS {name}"
    for name in SPAN_COLUMNS
)


def stored_spans(
    project_id: str, keys: Iterable[Key], *, since: int = 0, until: int = native.LAST_START
) -> dict[Key, list[Span]]:
    """The newest row at each hour where a span of that key was ever put, tombstones included.

    An update may come at any time after its span, so by default all time is searched: the bloom
    filters on trace and span make that cheap.
    """
    found: dict[Key, list[Span]] = defaultdict(list)
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), IDS_PER_QUERY):
        some = wanted[first : first + IDS_PER_QUERY]
        for row in _query(project_id, some, since, until):
            row["is_deleted"] = bool(row["is_deleted"])
            found[row["trace_id"], row["span_id"]].append(Span(**row))
    return found


def _query(project_id: str, keys: list[Key], since: int, until: int) -> list[dict]:
    return clickhouse.rows(
        f"""
        SELECT {COLUMNS}
        FROM spans AS s
        WHERE s.project_id = {{project_id:String}}
          AND s.start_time >= {{since:DateTime64(9, 'UTC')}}
          AND s.start_time < {{until:DateTime64(9, 'UTC')}}
          AND s.trace_id IN {{trace_ids:Array(String)}}
          AND s.span_id IN {{span_ids:Array(String)}}
          AND (s.trace_id, s.span_id) IN arrayZip({{traces:Array(String)}}, {{spans:Array(String)}})
        ORDER BY s.version DESC
        LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
        """,
        purpose=clickhouse.write_purpose(),
        project_id=project_id,
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        trace_ids=sorted({trace_id for trace_id, _ in keys}),
        span_ids=sorted({span_id for _, span_id in keys}),
        traces=[trace_id for trace_id, _ in keys],
        spans=[span_id for _, span_id in keys],
    )
