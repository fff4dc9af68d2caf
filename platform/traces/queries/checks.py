"""What checks have found, and what tells which spans none has looked at yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.graves import GRAVE
from traces.queries.filters import DAY, FIRST
from traces.queries.limits import COUNT, WHOLE_RANGE

GRAVES_REACH = 7 * DAY  # how long before it was scored a deleted span may have begun
NEVER = 1e300  # a bound that no score passes
Key = tuple[str, str]  # trace_id, span_id


@dataclass(frozen=True, slots=True)
class Bounds:
    """Scores below `low` and above `high` are failures."""

    low: float = -NEVER
    high: float = NEVER


@dataclass(frozen=True, slots=True)
class Found:
    """How many scores a check wrote in a time, and how many of them are failures."""

    ran: int = 0
    failed: int = 0

    @property
    def share(self) -> float:
        return self.failed / self.ran if self.ran else 0.0


def found_by(
    project_id: str, names: Mapping[str, Bounds], *, since: int, until: int
) -> dict[str, Found]:
    """By the name of the score. Raises LimitReached where there are too many to count soon."""
    if not names:
        return {}
    counted = rows(
        """
        SELECT name, count() AS ran,
            countIf(
                value < transform(name, {names:Array(String)}, {lows:Array(Float64)}, -1e300)
                OR value > transform(name, {names:Array(String)}, {highs:Array(Float64)}, 1e300)
            ) AS failed
        FROM scores FINAL
        WHERE project_id = {project_id:String} AND source = 'EVAL'
          AND name IN {names:Array(String)}
          AND timestamp >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
          AND timestamp < fromUnixTimestamp64Nano({until:Int64}, 'UTC')
        GROUP BY name
        """,
        project_id=project_id,
        since=since,
        until=until,
        names=list(names),
        lows=[one.low for one in names.values()],
        highs=[one.high for one in names.values()],
        options=COUNT,
    )
    return {row["name"]: Found(row["ran"], row["failed"]) for row in counted}


@dataclass(frozen=True, slots=True)
class Received:
    """The last state of a span that was received in a time, as far as it decides about checks."""

    trace_id: str
    span_id: str
    type: str
    environment: str
    name: str
    version: int
    received_at: int
    ended_at: int  # or started, where it has no end


def received(
    project_id: str, *, since: int, until: int, after: Key = ("", ""), limit: int
) -> list[Received]:
    """The spans received in the time, by their ids."""
    found = rows(
        """
        SELECT s.trace_id AS trace_id, s.span_id AS span_id,
            argMax(s.type, s.version) AS type,
            argMax(s.environment, s.version) AS environment,
            argMax(s.name, s.version) AS name,
            max(s.version) AS version,
            toUnixTimestamp64Nano(argMax(s.received_at, s.version)) AS received_at,
            toUnixTimestamp64Nano(argMax(ifNull(s.end_time, s.start_time), s.version)) AS ended_at
        FROM spans AS s
        WHERE s.project_id = {project_id:String}
          AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND s.received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
          AND s.received_at < fromUnixTimestamp64Nano({until:Int64}, 'UTC')
          AND s.span_id != ''
          AND (s.trace_id, s.span_id) > ({after_trace:String}, {after_span:String})
        GROUP BY s.trace_id, s.span_id
        HAVING NOT argMax(s.is_deleted, s.version)
        ORDER BY s.trace_id, s.span_id
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        low=max(FIRST, since - DAY),  # what began earlier came very late: a run checks that
        since=since,
        until=until,
        after_trace=after[0],
        after_span=after[1],
        limit=limit,
        options=WHOLE_RANGE,
    )
    return [Received(**row) for row in found]


def versions_of(project_id: str, score_ids: Sequence[str], *, since: int) -> dict[str, int]:
    """Of those of the scores that are stored, deleted ones too, and of a time from `since` on:
    ids lie anywhere in the key, so it is the time that keeps a large project's old parts unread.
    """
    found = rows(
        """
        SELECT s.id AS id, max(s.version) AS version
        FROM scores AS s
        WHERE s.project_id = {project_id:String} AND s.id IN {score_ids:Array(String)}
          AND s.timestamp >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
        GROUP BY s.id
        """,
        project_id=project_id,
        score_ids=list(score_ids),
        since=since,
        options=WHOLE_RANGE,
    )
    return {row["id"]: row["version"] for row in found}


def orphans(project_id: str, prefix: str, *, since: int, until: int, limit: int) -> list[dict]:
    """The scores whose id begins so, received in the time, of spans that were deleted for good."""
    return rows(
        """
        SELECT DISTINCT id, trace_id
        FROM scores
        WHERE project_id = {project_id:String} AND startsWith(id, {prefix:String})
          AND timestamp >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
          AND received_at < fromUnixTimestamp64Nano({until:Int64}, 'UTC')
          AND NOT is_deleted
          AND (trace_id, observation_id) GLOBAL IN (
              SELECT trace_id, span_id FROM spans
              WHERE project_id = {project_id:String} AND is_deleted AND version >= {grave:UInt64}
                AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          )
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        prefix=prefix,
        since=since,
        until=until,
        grave=GRAVE,
        low=max(FIRST, since - GRAVES_REACH),
        limit=limit,
        options=WHOLE_RANGE,
    )
