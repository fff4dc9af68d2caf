"""How good the traces of a session or user were found: the mean of each numeric score."""

from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import TraceFilter, having, parameters
from traces.queries.groups import COLUMNS
from traces.queries.limits import LIST

MOST_NAMES = 8  # of scores, the most frequent


@dataclass(frozen=True, slots=True)
class MeanScore:
    """Over `count` scores; booleans count as 0 and 1."""

    name: str
    mean: float
    count: int


def mean_scores(
    project_id: str, kind: str, wanted: TraceFilter, ids: list[str]
) -> dict[str, list[MeanScore]]:
    """By session or user (`kind`), over the scores of their traces in the time and of these traces'
    spans, the most frequent names first.
    """
    if not ids:
        return {}
    column = COLUMNS[kind]
    found = rows(
        f"""
        SELECT id, name, avg(value) AS mean, count() AS count
        FROM (
            SELECT DISTINCT {column} AS id, trace_id
            FROM spans
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND {column} IN {{ids:Array(String)}} AND NOT is_deleted
              {_narrowed(wanted)}
        ) AS t
        GLOBAL INNER JOIN (
            SELECT trace_id, name, value
            FROM scores FINAL
            WHERE project_id = {{project_id:String}} AND trace_id != '' AND value IS NOT NULL
              AND timestamp >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC') - INTERVAL 1 DAY
        ) AS s USING trace_id
        GROUP BY id, name
        ORDER BY count DESC, name
        LIMIT {{most:UInt32}} BY id
        """,
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        ids=ids,
        most=MOST_NAMES,
        **parameters(wanted),
        options=LIST,
    )
    by_id: dict[str, list[MeanScore]] = {}
    for row in found:
        by_id.setdefault(row["id"], []).append(MeanScore(row["name"], row["mean"], row["count"]))
    return by_id


def _narrowed(wanted: TraceFilter) -> str:
    """To the traces that match, where not all are asked for."""
    if not wanted.terms:
        return ""
    return f"""
        AND trace_id IN (
            SELECT trace_id FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND NOT is_deleted
            GROUP BY trace_id
            HAVING {having(wanted, exact=False)}
        )
    """
