"""What versions of a prompt did: their calls and the scores of these, over all of a time and bin by
bin. A call is a span that names the version; each counts once, as it stands now.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from traces import clickhouse
from traces.queries.limits import WHOLE_RANGE

WHOLE = -1  # the bin of figures over all of the time
MOST_ROWS = 20_000
# What a call is. FINAL leaves of each row what it is now.
_CALLS = """
            FROM spans AS s FINAL
            WHERE s.project_id = {project_id:String}
              AND s.start_time >= {since:DateTime64(9, 'UTC')}
              AND s.start_time < {until:DateTime64(9, 'UTC')}
              AND s.span_id != '' AND s.prompt_name = {name:String}
              AND s.prompt_version IS NOT NULL
              AND (empty({versions:Array(UInt32)})
                OR has({versions:Array(UInt32)}, assumeNotNull(s.prompt_version)))
"""
_VERSION = "assumeNotNull(s.prompt_version)"
_BIN = "intDiv(toUnixTimestamp64Nano(s.start_time) - {first:Int64}, {width:Int64})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls of one version in one bin. Latencies are of those that ended (`ended`), costs of
    those whose cost is known (`costed`): a mean of none is None. `unpriced` are those that cost
    something unknown.
    """

    version: int
    bin: int = WHOLE
    calls: int = 0
    errors: int = 0
    ended: int = 0
    latency_mean: float | None = None  # milliseconds
    latency_variance: float | None = None
    latency_p50: float | None = None
    latency_p95: float | None = None
    costed: int = 0
    unpriced: int = 0
    cost: Decimal | None = None
    cost_mean: float | None = None
    cost_variance: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    tokens_mean: float | None = None
    tokens_variance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of one name that the calls of a version got, or the traces they are in."""

    version: int
    name: str
    bin: int = WHOLE
    is_boolean: bool = False
    n: int = 0
    mean: float = 0.0
    variance: float | None = None


def calls_of(
    project_id: str,
    name: str,
    versions: Collection[int] = (),
    *,
    since: int,
    until: int,
    width: int = 0,
) -> list[Calls]:
    """Over the calls that began in [since, until), nanoseconds: for each of these versions (of all,
    where none is named) one for the whole time and, with a `width`, one for each bin.
    """
    found = clickhouse.rows(
        f"""
        SELECT c.version AS version,
            if(grouping(c.bin) = 1, {WHOLE}, toInt64(c.bin)) AS bin,
            count() AS calls, countIf(c.level = 'ERROR') AS errors,
            countIf(c.has_ended) AS ended,
            avgIf(c.took, c.has_ended) AS latency_mean,
            varSampStableIf(c.took, c.has_ended) AS latency_variance,
            quantileExactInclusiveIf(0.5)(c.took, c.has_ended) AS latency_p50,
            quantileExactInclusiveIf(0.95)(c.took, c.has_ended) AS latency_p95,
            count(c.paid) AS costed, countIf(c.cost_source = 'unknown') AS unpriced,
            sum(c.paid) AS cost, avg(toFloat64(c.paid)) AS cost_mean,
            varSampStable(toFloat64(c.paid)) AS cost_variance,
            sum(c.input_tokens) AS input_tokens, sum(c.output_tokens) AS output_tokens,
            avg(c.total_tokens) AS tokens_mean,
            varSampStable(toFloat64(c.total_tokens)) AS tokens_variance
        FROM (
            SELECT {_VERSION} AS version, {_BIN} AS bin, s.level AS level,
                s.end_time IS NOT NULL AS has_ended, s.cost_source AS cost_source,
                if(has_ended, toUnixTimestamp64Nano(assumeNotNull(s.end_time))
                    - toUnixTimestamp64Nano(s.start_time), 0) / 1e6 AS took,
                s.total_cost AS paid, s.input_tokens AS input_tokens,
                s.output_tokens AS output_tokens, s.total_tokens AS total_tokens
            {_CALLS}
        ) AS c
        GROUP BY GROUPING SETS ((c.version, c.bin), (c.version))
        ORDER BY version, bin
        """,
        **_asked(project_id, name, versions, since, until, width),
    )
    return [Calls(**_known(row)) for row in found if width or row["bin"] == WHOLE]


def scores_of_calls(
    project_id: str,
    name: str,
    versions: Collection[int] = (),
    *,
    since: int,
    until: int,
    width: int = 0,
) -> list[Scores]:
    """The scores of these calls, and of the traces that they are in: such a one counts once for
    each version that its trace called, at the first call. Scores that are words have no mean and
    are left out.
    """
    found = clickhouse.rows(
        f"""
        SELECT g.version AS version, g.name AS name,
            if(grouping(g.bin) = 1, {WHOLE}, toInt64(g.bin)) AS bin,
            toBool(min(g.data_type = 'BOOLEAN')) AS is_boolean, count() AS n, avg(g.value) AS mean,
            varSampStable(g.value) AS variance
        FROM (
            SELECT k.version AS version, min(k.bin) AS bin, v.id AS id, any(v.name) AS name,
                any(v.value) AS value, any(v.data_type) AS data_type
            FROM (
                SELECT {_VERSION} AS version, {_BIN} AS bin, s.trace_id AS trace_id,
                    s.span_id AS span_id
                {_CALLS}
            ) AS k
            GLOBAL INNER JOIN (
                SELECT id, name, trace_id, observation_id, data_type, assumeNotNull(value) AS value
                FROM scores FINAL
                WHERE project_id = {{project_id:String}} AND trace_id != '' AND value IS NOT NULL
                  AND data_type != 'CATEGORICAL'
                  AND timestamp >= {{since:DateTime64(9, 'UTC')}} - INTERVAL 1 DAY
            ) AS v ON v.trace_id = k.trace_id
            WHERE v.observation_id IN ('', k.span_id)
            GROUP BY k.version, v.id
        ) AS g
        GROUP BY GROUPING SETS ((g.version, g.name, g.bin), (g.version, g.name))
        ORDER BY bin, n DESC, name
        LIMIT {MOST_ROWS}
        """,
        **_asked(project_id, name, versions, since, until, width),
    )
    return [Scores(**_known(row)) for row in found if width or row["bin"] == WHOLE]


def _asked(
    project_id: str, name: str, versions: Collection[int], since: int, until: int, width: int
) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "name": name,
        "versions": list(versions),
        "since": clickhouse.moment(since),
        "until": clickhouse.moment(until),
        "first": since,
        "width": width or until - since,
        "options": WHOLE_RANGE,
    }


def _known(row: dict[str, Any]) -> dict[str, Any]:
    """What cannot be told of nothing, or of one, is None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }
