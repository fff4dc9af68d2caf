"""What checks have found, and which spans none has looked at yet."""

from collections.abc import Mapping
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
class Wanted:
    """The score that is looked for, and the spans that should have it: none named, all of them."""

    name: str
    types: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


def unscored(
    project_id: str,
    wanted: Wanted,
    *,
    since: int,
    until: int,
    after: Key = ("", ""),
    limit: int,
) -> list[Key]:
    """The spans received in the time that lack the score, by their ids. Whoever was scored and lost
    the score to a deletion is not among them.
    """
    found = rows(
        """
        SELECT DISTINCT trace_id, span_id
        FROM spans AS s
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
          AND received_at < fromUnixTimestamp64Nano({until:Int64}, 'UTC')
          AND NOT is_deleted AND span_id != ''
          AND (empty({types:Array(String)}) OR has({types:Array(String)}, type))
          AND (empty({environments:Array(String)})
              OR has({environments:Array(String)}, environment))
          AND (trace_id, span_id) > ({after_trace:String}, {after_span:String})
          AND (trace_id, span_id) GLOBAL NOT IN (
              SELECT trace_id, observation_id FROM scores
              WHERE project_id = {project_id:String} AND name = {name:String}
                AND source = 'EVAL'
                AND received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC')
          )
        ORDER BY trace_id, span_id
        LIMIT {limit:UInt32}
        """,
        project_id=project_id,
        name=wanted.name,
        types=list(wanted.types),
        environments=list(wanted.environments),
        low=max(FIRST, since - DAY),  # what began earlier came very late: a run checks that
        since=since,
        until=until,
        after_trace=after[0],
        after_span=after[1],
        limit=limit,
        options=WHOLE_RANGE,
    )
    return [(row["trace_id"], row["span_id"]) for row in found]


def orphans(project_id: str, prefix: str, *, since: int, until: int, limit: int) -> list[dict]:
    """The scores whose id begins so, received in the time, of spans that were deleted for good."""
    return rows(
        """
        SELECT DISTINCT id, trace_id
        FROM scores
        WHERE project_id = {project_id:String} AND startsWith(id, {prefix:String})
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
