"""How versions of a prompt do in production, for gates and canaries to decide by."""

from collections.abc import Collection
from dataclasses import dataclass, field

from traces import clickhouse
from traces.queries.limits import LIST

MOST_VALUES = 2000  # of latencies and of costs, for intervals: drawn from all calls alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The calls of one version in a time. A latency is known of what has ended, a cost of what has
    a price; `score_*` are of the score that was asked for.
    """

    version: int = 0
    calls: int = 0
    recent: int = 0  # of these calls, those since the later time that was asked for
    errors: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    costed: int = 0
    cost: float = 0.0  # of all that are known
    score_count: int = 0
    score_mean: float = 0.0
    score_variance: float = 0.0
    score_is_binary: bool = False  # each is 0 or 1: a share rather than a mean

    @property
    def score_hits(self) -> int:
        """How many are 1, where each is 0 or 1."""
        return round(self.score_mean * self.score_count)


CALLED = """
    SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.prompt_version AS version,
        s.start_time >= {recently:DateTime64(9, 'UTC')} AS is_recent,
        s.level = 'ERROR' AS is_error, s.end_time IS NOT NULL AS has_ended,
        toFloat64(ifNull(s.total_cost, 0)) AS cost, s.total_cost IS NOT NULL AS has_cost,
        if(has_ended, toUnixTimestamp64Nano(assumeNotNull(s.end_time))
            - toUnixTimestamp64Nano(s.start_time), 0) / 1e6 AS latency_ms
    FROM spans AS s FINAL
    WHERE s.project_id = {project_id:String}
      AND s.start_time >= {since:DateTime64(9, 'UTC')}
      AND s.start_time < {until:DateTime64(9, 'UTC')}
      AND s.span_id != ''
      AND s.prompt_name = {name:String}
      AND s.prompt_version IN {versions:Array(UInt32)}
"""
# A score counts for the version whose call it is about, or for every one that its trace called.
SCORED = """
    SELECT of_call.version AS version, count() AS count, avg(of_call.value) AS mean,
        if(count() > 1, varSampStable(of_call.value), 0) AS variance,
        countIf(of_call.value NOT IN (0, 1)) = 0 AS is_binary
    FROM (
        SELECT DISTINCT k.version AS version, v.id AS id, v.value AS value
        FROM called AS k
        GLOBAL INNER JOIN (
            SELECT id, trace_id, observation_id, assumeNotNull(value) AS value
            FROM scores FINAL
            WHERE project_id = {project_id:String} AND name = {score:String}
              AND {score:String} != '' AND trace_id != '' AND value IS NOT NULL
              AND timestamp >= {since:DateTime64(9, 'UTC')} - INTERVAL 1 DAY
        ) AS v ON v.trace_id = k.trace_id
        WHERE v.observation_id IN ('', k.span_id)
    ) AS of_call
    GROUP BY version
"""


def observed(
    project_id: str,
    name: str,
    versions: Collection[int],
    *,
    since: int,
    until: int,
    recently: int = 0,
    score: str = "",
) -> dict[int, Observed]:
    """By version, over the calls that began in [since, until) (nanoseconds). A score counts for
    the version whose call it is about, or for every version that its trace called.
    """
    found = clickhouse.rows(
        f"""
        WITH called AS ({CALLED})
        SELECT assumeNotNull(c.version) AS version, count() AS calls,
            countIf(c.is_recent) AS recent, countIf(c.is_error) AS errors,
            groupArraySampleIf({MOST_VALUES}, 1)(c.latency_ms, c.has_ended) AS latencies_ms,
            groupArraySampleIf({MOST_VALUES}, 1)(c.cost, c.has_cost) AS costs,
            countIf(c.has_cost) AS costed, sum(c.cost) AS cost,
            any(g.count) AS score_count, any(g.mean) AS score_mean,
            any(g.variance) AS score_variance, toBool(any(g.is_binary)) AS score_is_binary
        FROM called AS c
        LEFT JOIN (
            {SCORED}
        ) AS g ON g.version = c.version
        GROUP BY c.version
        """,
        project_id=project_id,
        name=name,
        versions=list(versions),
        since=clickhouse.moment(since),
        until=clickhouse.moment(until),
        recently=clickhouse.moment(max(recently, since)),
        score=score,
        options=LIST,
    )
    by_version = {row["version"]: Observed(**row) for row in found}
    return {number: by_version.get(number, Observed(version=number)) for number in versions}
