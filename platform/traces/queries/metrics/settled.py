"""Hours in which every row is there once, so that they can be read without FINAL: that reads the
keys of all rows, 48 bytes each, and takes as long again as a typical question does.

Rows are only ever added, or merged into the newest of their key. So the number of different keys
in an hour never falls, and an hour that once had n of them and now has n rows has each key once.
That n is remembered by each process; a question counts the rows in the statement that reads them
(from the primary index alone), and is asked again where the number is another.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from traces import clickhouse
from traces.queries.filters import DAY, HOUR, NS
from traces.queries.limits import WHOLE_RANGE

FINAL = "FROM spans AS s FINAL"  # these three are replaced
IS_SPAN, TRACE_HASH = "s.span_id != ''", "cityHash64(s.trace_id)"
OPEN = 2 * HOUR  # how long an hour is expected to change after its end
LEAST, LONGEST = 2 * DAY, 400 * DAY  # in less time there is little to save
MOST_DIRTY = 200
MOST_PROJECTS = 100
AGAIN_SECONDS = 600  # after which hours with superseded rows are looked at anew
SHARED = "enable_shared_storage_snapshot_in_query"  # so that what is counted is what is read
WHO = "traces.queries.metrics.settled"
HOUR_OF = "toStartOfHour(s.start_time)"
CLOSED = f"""
    s.project_id = {{project_id:String}}
    AND {HOUR_OF} >= toDateTime({{first_hour:UInt32}}, 'UTC')
    AND {HOUR_OF} < toDateTime({{open_hour:UInt32}}, 'UTC')
"""
DIRTY = f"{HOUR_OF} IN {{dirty_hours:Array(DateTime('UTC'))}}"
COUNTED = f"SELECT count() FROM spans AS s WHERE {CLOSED}"
# What follows from the ids, by the column that holds it: the ids themselves are 64 bytes a row.
STORED = {IS_SPAN: "s.has_span_id", TRACE_HASH: "s.trace_hash"}
WORKED_OUT = ", ".join(STORED.values())
# Every row's newest version: those of settled hours as they lie there, the others merged.
ROWS = f"""
FROM (
    SELECT *, {WORKED_OUT} FROM spans AS s WHERE {CLOSED} AND NOT {DIRTY} AND NOT s.is_deleted
    UNION ALL
    SELECT *, {WORKED_OUT} FROM spans AS s FINAL
    WHERE s.project_id = {{project_id:String}}
        AND s.start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
        AND s.start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
        AND ({HOUR_OF} >= toDateTime({{open_hour:UInt32}}, 'UTC') OR {DIRTY})
) AS s
"""
# The parts of a cost take two thirds of the time when they are worked out for all rows, known or
# not, as when the rows are sorted into these first; other questions take as long either way.
UNBRANCHED = {"short_circuit_function_evaluation": "disable"}
CHECK = f"(({COUNTED}) - ({COUNTED} AND {DIRTY}))"


def over_rows(sql: str) -> str:
    """The statement over ROWS in place of what it reads with FINAL."""
    sql = sql.replace(FINAL, ROWS)
    for worked_out, column in STORED.items():
        sql = sql.replace(worked_out, column)
    return sql


@dataclass(slots=True)
class _Hours:
    """Of one project: by hour (seconds since 1970) how many keys it has at least, of the settled
    ones; and those that are not.
    """

    keys: dict[int, int] = field(default_factory=dict)
    dirty: set[int] = field(default_factory=set)
    looked_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a time can be read: `values` are for ROWS and CHECK, which has to give `rows`."""

    values: dict[str, Any]
    rows: int


_projects: OrderedDict[str, _Hours] = OrderedDict()
_lock = threading.Lock()


def settled(project_id: str, low: int, high: int, *, is_again: bool = False) -> Settled | None:
    """None where FINAL is as well. `is_again`: what is remembered was found wrong."""
    first, last = low // HOUR * 3600, min(high, time.time_ns() - OPEN) // HOUR * 3600
    if not LEAST <= (last - first) * NS <= LONGEST or not _can_share_snapshots():
        return None
    known = _hours_of(project_id)
    with known.lock:
        if is_again or time.monotonic() - known.looked_at > AGAIN_SECONDS:
            _forget_changed(project_id, known)
        unknown = [
            hour
            for hour in range(first, last, 3600)
            if hour not in known.keys and hour not in known.dirty
        ]
        if unknown:
            _look_at(project_id, known, unknown[0], unknown[-1] + 3600)
        dirty = [hour for hour in range(first, last, 3600) if hour in known.dirty]
        rows = sum(known.keys.get(hour, 0) for hour in range(first, last, 3600))
    if len(dirty) > min(MOST_DIRTY, (last - first) // 3600 // 2):
        return None
    values = {"first_hour": first, "open_hour": last, "dirty_hours": dirty}
    return Settled(values, rows)


def _can_share_snapshots() -> bool:
    is_cluster = bool(settings.CLICKHOUSE_CLUSTER)
    return not is_cluster and SHARED in clickhouse.client().server_settings


def _hours_of(project_id: str) -> _Hours:
    with _lock:
        known = _projects.setdefault(project_id, _Hours())
        _projects.move_to_end(project_id)
        if len(_projects) > MOST_PROJECTS:
            _projects.popitem(last=False)
        return known


def _look_at(project_id: str, known: _Hours, first: int, end: int) -> None:
    """Count rows and keys of all hours there that nothing is known of."""
    found = _counted(
        project_id, first, end, ", uniqExact(cityHash64(s.trace_id, s.span_id)) AS keys"
    )
    for hour in range(first, end, 3600):
        if hour in known.keys or hour in known.dirty:
            continue
        row = found.get(hour, {"rows": 0, "keys": 0})
        if row["rows"] == row["keys"]:
            known.keys[hour] = row["keys"]
        else:
            known.dirty.add(hour)


def _forget_changed(project_id: str, known: _Hours) -> None:
    """Hours that have got rows since, and those that may have been merged."""
    known.looked_at = time.monotonic()
    known.dirty.clear()
    if known.keys:
        found = _counted(project_id, min(known.keys), max(known.keys) + 3600)
        nothing = {"rows": 0}
        for hour in [h for h, n in known.keys.items() if found.get(h, nothing)["rows"] != n]:
            del known.keys[hour]


def _counted(project_id: str, first: int, end: int, more: str = "") -> dict[int, dict]:
    found = clickhouse.rows(
        f"""
        SELECT toUnixTimestamp({HOUR_OF}) AS hour, count() AS rows {more}
        FROM spans AS s
        WHERE {CLOSED}
        GROUP BY hour
        """,
        who=WHO,
        project_id=project_id,
        first_hour=first,
        open_hour=end,
        options=WHOLE_RANGE,
    )
    return {row["hour"]: row for row in found}
