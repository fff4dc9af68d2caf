"""Reads stored spans back as records, to the nanosecond, to be merged with what comes later."""

from collections import defaultdict
from collections.abc import Iterable

from traces import clickhouse, native
from traces.merge import START_UNKNOWN
from traces.records import SPAN_COLUMNS, Span

Key = tuple[str, str]  # trace_id, span_id
IDS_PER_QUERY = 2_000
TIMES = ("start_time", "end_time", "completion_start_time", "received_at")
COLUMNS = ", ".join(
    f"toUnixTimestamp64Nano(s.{name}) AS {name}" if name in TIMES else f"s.{name} AS {name}"
    for name in SPAN_COLUMNS
)


IDENTIFIED = """
    s.project_id = {project_id:String}
    AND s.start_time >= {since:DateTime64(9, 'UTC')}
    AND s.start_time < {until:DateTime64(9, 'UTC')}
    AND s.trace_id IN {trace_ids:Array(String)}
    AND s.span_id IN {span_ids:Array(String)}
    AND (s.trace_id, s.span_id) IN arrayZip({traces:Array(String)}, {spans:Array(String)})
"""


def stored_spans(
    project_id: str, keys: Iterable[Key], *, since: int = 0, until: int = native.LAST_START
) -> dict[Key, list[Span]]:
    """The newest row at each hour where a span of that key was ever put, tombstones included.

    An update may come at any time after its span, so by default all time is searched. Most keys are
    new, and to know that takes three columns: planning a query of all of them costs more than that.
    """
    found: dict[Key, list[Span]] = defaultdict(list)
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), IDS_PER_QUERY):
        places = _places(project_id, wanted[first : first + IDS_PER_QUERY], since, until)
        for row in _rows(project_id, places) if places else ():
            row["is_deleted"] = bool(row["is_deleted"])
            found[row["trace_id"], row["span_id"]].append(Span(**row))
    return found


def started(project_id: str, keys: Iterable[Key]) -> set[Key]:
    """Which of these spans are stored with a start that somebody said, wherever they stand."""
    wanted, found = sorted(set(keys)), set()
    for first in range(0, len(wanted), IDS_PER_QUERY):
        rows = clickhouse.rows(
            f"""
            SELECT DISTINCT s.trace_id AS trace_id, s.span_id AS span_id
            FROM spans AS s FINAL
            WHERE {IDENTIFIED} AND NOT has(s.marks, {{start_unknown:String}})
            """,
            purpose=clickhouse.write_purpose(),
            start_unknown=START_UNKNOWN,
            **_identity(
                project_id,
                wanted[first : first + IDS_PER_QUERY],
                since=0,
                until=native.LAST_START,
            ),
        )
        found |= {(row["trace_id"], row["span_id"]) for row in rows}
    return found


def _places(project_id: str, keys: list[Key], since: int, until: int) -> list[dict]:
    """Which of the spans are there, and between which starts."""
    return clickhouse.rows(
        f"""
        SELECT s.trace_id AS trace_id, s.span_id AS span_id,
               min(toUnixTimestamp64Nano(s.start_time)) AS first,
               max(toUnixTimestamp64Nano(s.start_time)) AS last
        FROM spans AS s
        WHERE {IDENTIFIED}
        GROUP BY s.trace_id, s.span_id
        """,
        purpose=clickhouse.write_purpose(),
        **_identity(project_id, keys, since=since, until=until),
    )


def _rows(project_id: str, places: list[dict]) -> list[dict]:
    return clickhouse.rows(
        f"""
        SELECT {COLUMNS}
        FROM spans AS s
        WHERE {IDENTIFIED}
        ORDER BY s.version DESC
        LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
        """,
        purpose=clickhouse.write_purpose(),
        **_identity(
            project_id,
            [(place["trace_id"], place["span_id"]) for place in places],
            since=min(place["first"] for place in places),
            until=max(place["last"] for place in places) + 1,
        ),
    )


def _identity(project_id: str, keys: list[Key], *, since: int, until: int) -> dict:
    return {
        "project_id": project_id,
        "since": clickhouse.moment(since),
        "until": clickhouse.moment(until),
        "trace_ids": sorted({trace_id for trace_id, _ in keys}),
        "span_ids": sorted({span_id for _, span_id in keys}),
        "traces": [trace_id for trace_id, _ in keys],
        "spans": [span_id for _, span_id in keys],
    }
