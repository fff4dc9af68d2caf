"""Experiments as their spans tell of them: every span of one names it, its item, and the item's
root observation.

`emptied` says of experiments that were deleted when that was: what began by then is theirs no more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from traces.clickhouse import rows
from traces.queries.langfuse.conditions import ALL_TIME, TimeRange
from traces.queries.limits import LIST

MOST_MEMBERS = 10_000  # of one experiment

_PLACE = """
    project_id = {project_id:String}
    AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
    AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
"""
_NAMED = """
    experiment_id != '' AND (empty({ids:Array(String)}) OR has({ids:Array(String)}, experiment_id))
"""
# The rows as they stand that name an experiment, which a deletion's row does not: whether there is
# a later one of these is asked apart. So what names none is never read.
_LIVE = f"""
    SELECT r.trace_id AS trace_id, r.span_id AS span_id, r.start_time AS start_time,
        r.end_time AS end_time, r.experiment_id AS experiment_id, r.experiment AS experiment,
        r.experiment['item.root_observation_id'] = r.span_id AS is_item
    FROM (
        SELECT trace_id, span_id, start_time, end_time, experiment_id, experiment, version
        FROM spans
        WHERE {_PLACE} AND {_NAMED} AND span_id != '' AND NOT is_deleted
        ORDER BY version DESC
        LIMIT 1 BY trace_id, span_id, toStartOfHour(start_time)
    ) AS r
    GLOBAL LEFT JOIN (
        SELECT trace_id, span_id, max(version) AS version
        FROM spans
        WHERE {_PLACE} AND is_deleted
          AND trace_id IN (SELECT trace_id FROM spans WHERE {_PLACE} AND {_NAMED})
        GROUP BY trace_id, span_id
    ) AS gone ON gone.trace_id = r.trace_id AND gone.span_id = r.span_id
    WHERE r.version > gone.version
"""
# One row for each time that an item was run.
_MEMBERS = f"""
    SELECT e.experiment_id AS run_id, e.experiment['item.id'] AS item_id, e.trace_id AS trace_id,
        argMin(e.span_id, (NOT e.is_item, e.start_time, e.span_id)) AS span_id,
        argMin(e.experiment, (NOT e.is_item, e.start_time, e.span_id)) AS said,
        min(toUnixTimestamp64Nano(e.start_time)) AS started,
        max(toUnixTimestamp64Nano(ifNull(e.end_time, e.start_time))) AS ended
    FROM ({_LIVE}) AS e
    WHERE toUnixTimestamp64Nano(e.start_time) > transform(
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
    expected_output: str
    version_at: str


def experiments(
    project_id: str,
    *,
    limit: int,
    time: TimeRange = ALL_TIME,
    ids: Collection[str] = (),
    names: Collection[str] = (),
    dataset_ids: Collection[str] = (),
    emptied: Mapping[str, int] | None = None,
) -> list[Told]:
    """Those that began in the time, the latest first."""
    found = rows(
        f"""
        SELECT m.run_id AS id, argMax(m.said, (length(m.said), m.started)) AS about,
            min(m.started) AS started, max(m.ended) AS ended, uniqExact(m.item_id) AS items
        FROM ({_MEMBERS}) AS m
        GROUP BY m.run_id
        HAVING (empty({{names:Array(String)}}) OR has({{names:Array(String)}}, about['name']))
           AND (empty({{datasets:Array(String)}})
                OR has({{datasets:Array(String)}}, about['dataset.id']))
        ORDER BY started DESC, id DESC
        LIMIT {{limit:UInt32}}
        """,
        **_asked(project_id, ids, emptied, time),
        names=list(names),
        datasets=list(dataset_ids),
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
    item_ids: Collection[str] = (),
    emptied: Mapping[str, int] | None = None,
    most: int = MOST_MEMBERS,
    until: int = ALL_TIME.until,
) -> list[Member]:
    """The runs of items of these experiments (of these items alone, where some are named) that
    began before `until`, the latest first, `most` of each experiment.
    """
    found = rows(
        f"""
        SELECT m.run_id AS run_id, m.item_id AS item_id, m.trace_id AS trace_id,
            m.span_id AS span_id, m.started AS started,
            m.said['item.expected_output'] AS expected_output,
            m.said['item.version'] AS version_at
        FROM ({_MEMBERS}) AS m
        WHERE (empty({{item_ids:Array(String)}}) OR has({{item_ids:Array(String)}}, m.item_id))
          AND m.started < {{until:Int64}}
        ORDER BY m.started DESC, m.trace_id DESC, m.item_id DESC
        LIMIT {{most:UInt32}} BY m.run_id
        """,
        **_asked(project_id, ids, emptied, ALL_TIME),
        item_ids=list(item_ids),
        most=most,
        until=until,
    )
    return [Member(**row) for row in found]


def member_keys(
    project_id: str, run_id: str, *, emptied: Mapping[str, int] | None = None
) -> set[tuple[str, str]]:
    """Item and trace of each of the experiment's runs of items."""
    found = rows(
        f"SELECT m.item_id AS item_id, m.trace_id AS trace_id FROM ({_MEMBERS}) AS m",
        **_asked(project_id, [run_id], emptied, ALL_TIME),
    )
    return {(row["item_id"], row["trace_id"]) for row in found}


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
