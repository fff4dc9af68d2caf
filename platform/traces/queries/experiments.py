"""Experiments as their spans tell of them: every span of one names it, its item, and the item's
root observation.

`emptied` says of experiments that were deleted when that was: what began by then is theirs no more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import ALL_TIME, TimeRange
from traces.queries.limits import LIST

AT_ONCE = 1_000  # traces that one query names
MOST_MEMBERS = 10_000
MOST_PAID = 5_000  # calls of one trace whose costs are added up

# The rows as they stand of traces in which an experiment is named: a deletion's row names none.
_LIVE = """
    SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.start_time AS start_time,
        s.end_time AS end_time, s.experiment_id AS experiment_id, s.experiment AS experiment, s.is_deleted AS is_deleted,
        s.experiment['item.root_observation_id'] = s.span_id AS is_item
    FROM spans AS s
    WHERE s.project_id = {project_id:String}
      AND s.start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
      AND s.start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
      AND s.trace_id IN (
        SELECT trace_id FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND experiment_id != ''
          AND (empty({ids:Array(String)}) OR has({ids:Array(String)}, experiment_id))
      )
    ORDER BY s.version DESC
    LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
"""
# One row for each time that an item was run.
_MEMBERS = f"""
    SELECT e.experiment_id AS run_id, e.experiment['item.id'] AS item_id, e.trace_id AS trace_id,
        argMin(e.span_id, (NOT e.is_item, e.start_time, e.span_id)) AS span_id,
        argMin(e.experiment, (NOT e.is_item, e.start_time, e.span_id)) AS said,
        min(toUnixTimestamp64Nano(e.start_time)) AS started,
        max(toUnixTimestamp64Nano(ifNull(e.end_time, e.start_time))) AS ended
    FROM ({_LIVE}) AS e
    WHERE NOT e.is_deleted AND e.experiment_id != '' AND e.span_id != ''
      AND (empty({{ids:Array(String)}}) OR has({{ids:Array(String)}}, e.experiment_id))
      AND toUnixTimestamp64Nano(e.start_time) > transform(
        e.experiment_id, {{emptied_ids:Array(String)}}, {{emptied_at:Array(Int64)}}, toInt64(0))
    GROUP BY run_id, item_id, trace_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An experiment. Times are nanoseconds; `metadata` is text or JSON by its key."""

    id: str
    name: str
    description: str
    dataset_id: str
    started: int
    ended: int
    items: int
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One time that an item was run: `span_id` is its root observation."""

    run_id: str
    item_id: str
    trace_id: str
    span_id: str
    started: int
    said: dict[str, str] = field(default_factory=dict)

    @property
    def expected_output(self) -> str:
        return self.said.get("item.expected_output", "")

    @property
    def version_at(self) -> str:
        return self.said.get("item.version", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a run of an item took: the time of its root observation (of the trace's root, where none
    is named), and the cost of what began while that ran: what judges the answer comes after it. A
    cost is None where some of it is unknown.
    """

    trace_id: str
    started: int
    ended: int | None
    cost: Decimal | None
    has_failed: bool
    said: str  # of a failure
    environment: str = "default"
    input: str = ""
    output: str = ""
    level: str = "DEFAULT"

    @property
    def latency_ms(self) -> float | None:
        return None if self.ended is None else (self.ended - self.started) / 1e6


def experiments(
    project_id: str,
    *,
    limit: int,
    time: TimeRange = ALL_TIME,
    ids: Collection[str] = (),
    names: Collection[str] = (),
    dataset_ids: Collection[str] = (),
    emptied: Mapping[str, int] | None = None,
    before: tuple[int, str] | None = None,
) -> list[Told]:
    """Those that began in the time, the latest first; `before` is where a page ended."""
    found = rows(
        f"""
        SELECT m.run_id AS id, argMax(m.said, (length(m.said), m.started)) AS about, min(m.started) AS started,
            max(m.ended) AS ended, uniqExact(m.item_id) AS items
        FROM ({_MEMBERS}) AS m
        GROUP BY m.run_id
        HAVING (empty({{names:Array(String)}}) OR has({{names:Array(String)}}, about['name']))
           AND (empty({{datasets:Array(String)}})
                OR has({{datasets:Array(String)}}, about['dataset.id']))
           AND (started, id) < ({{before:Int64}}, {{before_id:String}})
        ORDER BY started DESC, id DESC
        LIMIT {{limit:UInt32}}
        """,
        **_asked(project_id, ids, emptied, time),
        names=list(names),
        datasets=list(dataset_ids),
        before=before[0] if before else ALL_TIME.until,
        before_id=before[1] if before else "",
        limit=limit,
    )
    return [_told(row) for row in found]


def _told(row: dict[str, Any]) -> Told:
    about = row.pop("about")
    return Told(
        **row,
        name=about.get("name", "") or row["id"],
        description=about.get("description", ""),
        dataset_id=about.get("dataset.id", ""),
        metadata=under("metadata.", about),
    )


def under(prefix: str, said: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(prefix): text for key, text in said.items() if key.startswith(prefix)}


def members(
    project_id: str,
    ids: Collection[str],
    *,
    time: TimeRange = ALL_TIME,
    emptied: Mapping[str, int] | None = None,
    limit: int = MOST_MEMBERS,
    before: tuple[int, str, str] | None = None,
) -> list[Member]:
    """The runs of items of these experiments (of all, where none is named), the latest first."""
    found = rows(
        f"""
        SELECT m.run_id AS run_id, m.item_id AS item_id, m.trace_id AS trace_id,
            m.span_id AS span_id, m.started AS started, m.said AS said
        FROM ({_MEMBERS}) AS m
        WHERE (m.started, m.trace_id, m.item_id)
            < ({{before:Int64}}, {{before_trace:String}}, {{before_item:String}})
        ORDER BY m.started DESC, m.trace_id DESC, m.item_id DESC
        LIMIT {{limit:UInt32}}
        """,
        **_asked(project_id, ids, emptied, time),
        before=before[0] if before else ALL_TIME.until,
        before_trace=before[1] if before else "",
        before_item=before[2] if before else "",
        limit=limit,
    )
    return [Member(**row) for row in found]


def _asked(
    project_id: str,
    ids: Collection[str],
    emptied: Mapping[str, int] | None,
    time: TimeRange,
) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "ids": list(ids),
        "low": time.since,
        "high": time.until,
        # `transform` wants something to look for.
        "emptied_ids": ["", *(emptied or {})],
        "emptied_at": [0, *(emptied or {}).values()],
        "options": LIST,
    }


def figures(
    project_id: str, places: Sequence[tuple[str, str]], *, texts: int = 0
) -> dict[tuple[str, str], Figure]:
    """By (trace, root observation or ""); what is not there is not told. With `texts`, that many
    characters of the input and the output.
    """
    found: dict[tuple[str, str], Figure] = {}
    for first in range(0, len(places), AT_ONCE):
        found |= _figures(project_id, places[first : first + AT_ONCE], texts)
    return found


def _figures(
    project_id: str, places: Sequence[tuple[str, str]], texts: int
) -> dict[tuple[str, str], Figure]:
    roots: dict[str, list[str]] = {}
    for trace_id, span_id in places:
        roots.setdefault(trace_id, []).append(span_id)
    low, high = _extent(project_id, list(roots))
    found = rows(
        f"""
        SELECT trace_id,
            groupArrayIf({MOST_PAID})((start, total_cost), has_price) AS paid,
            groupArrayIf(
                (span_id, start, ended, level, status_message, environment, asked, answered),
                is_place OR is_first) AS shown
        FROM (
            SELECT *, row_number() OVER (PARTITION BY trace_id ORDER BY NOT is_top, start) = 1
                AS is_first
            FROM (
                SELECT s.trace_id AS trace_id, s.span_id AS span_id,
                    toUnixTimestamp64Nano(s.start_time) AS start,
                    toUnixTimestamp64Nano(s.end_time) AS ended,
                    s.level AS level, s.status_message AS status_message,
                    s.environment AS environment, s.total_cost AS total_cost,
                    s.total_cost IS NOT NULL OR s.cost_source = 'unknown' AS has_price,
                    s.is_deleted AS is_deleted,
                    s.is_root OR s.parent_span_id = '' AS is_top,
                    s.span_id IN {{span_ids:Array(String)}} AS is_place,
                    if(is_place OR is_top, leftUTF8(s.input, {{texts:UInt32}}), '') AS asked,
                    if(is_place OR is_top, leftUTF8(s.output, {{texts:UInt32}}), '') AS answered
                FROM spans AS s
                WHERE s.project_id = {{project_id:String}}
                  AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
                  AND s.start_time <= fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
                  AND s.trace_id IN {{trace_ids:Array(String)}} AND s.span_id != ''
                ORDER BY s.version DESC
                LIMIT 1 BY s.trace_id, s.span_id, toStartOfHour(s.start_time)
            )
            WHERE NOT is_deleted
        )
        GROUP BY trace_id
        """,
        project_id=project_id,
        trace_ids=list(roots),
        span_ids=sorted({span_id for _, span_id in places if span_id}),
        low=low,
        high=high,
        texts=texts,
        options=LIST,
    )
    return {
        (row["trace_id"], span_id): _figure(row, span_id)
        for row in found
        for span_id in roots[row["trace_id"]]
    }


def _figure(row: dict[str, Any], span_id: str) -> Figure:
    by_id = {one[0]: one for one in row["shown"]}
    shown = by_id.get(span_id) or row["shown"][0]
    _id, start, ended, level, said, environment, asked, answered = shown
    until = ended if span_id in by_id and ended is not None else ALL_TIME.until
    since = start if span_id in by_id else ALL_TIME.since
    paid = [cost for at, cost in row["paid"] if since <= at <= until]
    return Figure(
        trace_id=row["trace_id"],
        started=start,
        ended=ended,
        cost=sum(paid, Decimal()) if paid and None not in paid else None,
        has_failed=level == "ERROR",
        said=said,
        environment=environment,
        input=asked,
        output=answered,
        level=level,
    )


def _extent(project_id: str, trace_ids: list[str]) -> tuple[int, int]:
    """Where in time the traces lie: asks the index over all time, so that the rest need not."""
    [found] = rows(
        """
        SELECT toUnixTimestamp64Nano(min(start_time)) AS low,
            toUnixTimestamp64Nano(max(start_time)) AS high
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({last:Int64}, 'UTC')
          AND trace_id IN {trace_ids:Array(String)}
        """,
        project_id=project_id,
        trace_ids=trace_ids,
        first=ALL_TIME.since,
        last=ALL_TIME.until,
        options=LIST,
    )
    return found["low"], found["high"]


def scores_of_runs(project_id: str, ids: Collection[str]) -> list[dict[str, Any]]:
    """Those of the experiments as wholes, oldest first."""
    return rows(
        """
        SELECT dataset_run_id AS run_id, id, name, data_type, value, string_value, comment, source,
            toUnixTimestamp64Nano(timestamp) AS at
        FROM scores FINAL
        WHERE project_id = {project_id:String} AND dataset_run_id IN {ids:Array(String)}
          AND trace_id = ''
        ORDER BY at, id
        LIMIT 100 BY dataset_run_id
        """,
        project_id=project_id,
        ids=list(ids),
        options=LIST,
    )
