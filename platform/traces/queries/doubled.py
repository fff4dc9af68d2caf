"""Spans that stand at two hours: the start is in the key, and they were sent again with another.

Asked of all projects at once, by a task that nobody waits for.
"""

from collections import defaultdict

from traces.clickhouse import moment, rows
from traces.graves import GRAVE
from traces.queries.limits import WHOLE_RANGE
from traces.stored import Key

OPTIONS = {**WHOLE_RANGE, "max_execution_time": 120, "max_threads": 1}
KEY = "cityHash64(s.project_id, s.trace_id, s.span_id)"  # of a million spans these are 8 MB
RECEIVED = """
    s.received_at >= {since:DateTime64(9, 'UTC')} AND s.received_at < {until:DateTime64(9, 'UTC')}
"""
MOST_KEYS = 10_000  # the others are found when these are settled


def received(since: int, until: int) -> int:
    """How many rows were received in [since, until), in nanoseconds."""
    [row] = rows(
        f"SELECT count() AS n FROM spans AS s WHERE {RECEIVED}",
        options=OPTIONS,
        since=moment(since),
        until=moment(until),
    )
    return row["n"]


def doubled(since: int, until: int) -> dict[str, list[Key]]:
    """By project, the spans received in [since, until) that stand at two hours, or at one although
    they were deleted at another, of which at most MOST_KEYS are told at a time.

    Rows of traces are never inserted without a look at what is stored, so they stand at one.
    """
    keys = rows(
        f"""
        SELECT key
        FROM (
            SELECT {KEY} AS key, argMax(s.is_deleted, s.version) AS is_gone,
                max(s.version) >= {{grave:UInt64}} AS is_buried
            FROM spans AS s
            WHERE key IN (SELECT {KEY} FROM spans AS s WHERE {RECEIVED} AND s.span_id != '')
            GROUP BY key, toStartOfHour(s.start_time)
        )
        GROUP BY key
        HAVING countIf(NOT is_gone) > if(countIf(is_buried) > 0, 0, 1)
        LIMIT {{limit:UInt32}}
        """,
        options=OPTIONS,
        since=moment(since),
        until=moment(until),
        limit=MOST_KEYS,
        grave=GRAVE,
    )
    return _named([row["key"] for row in keys]) if keys else {}


def _named(keys: list[int]) -> dict[str, list[Key]]:
    found = rows(
        f"""
        SELECT DISTINCT s.project_id AS project_id, s.trace_id AS trace_id, s.span_id AS span_id
        FROM spans AS s
        WHERE {KEY} IN {{keys:Array(UInt64)}}
        """,
        options=OPTIONS,
        keys=keys,
    )
    by_project: dict[str, list[Key]] = defaultdict(list)
    for row in found:
        by_project[row["project_id"]].append((row["trace_id"], row["span_id"]))
    return by_project
