"""What stands beside the list of traces: what there is to choose from, and whether there is
anything.
"""

import time
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import DAY, FIRST, HOUR, LAST, TraceFilter
from traces.queries.limits import LIST, WHOLE_RANGE

MAX_CHOICE_ROWS = (
    3_000_000  # choices are counted over as much of the range, from its end, as holds so many rows
)
CHOICES = {  # by name of the filter
    "level": "if(s.level = 'DEFAULT', '', s.level)",  # nearly every trace has such a span
    "environment": "s.environment",
    "name": "if(s.trace_name = '' AND (s.is_root OR s.parent_span_id = ''), s.name, s.trace_name)",
    "model": "s.model",
    "type": "s.type",
    "version": "s.version_label",
    "release": "s.release",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the spans of a time hold, by filter name: (value, traces), the most frequent first."""

    by_filter: dict[str, list[tuple[str, int]]]
    since: int  # later than asked for, where the range holds too much to count all of it


def choices(project_id: str, wanted: TraceFilter, most: int = 12) -> Choices:
    since = _countable_since(project_id, wanted)
    expressions = list(CHOICES.values())
    found = rows(
        f"""
        SELECT grouping({", ".join(f"c{i}" for i in range(len(expressions)))}) AS place,
            {" || ".join(f"c{i}" for i in range(len(expressions)))} AS choice,
                uniq(trace_id) AS traces
        FROM (
            SELECT trace_id, {
            ", ".join(f"toString({sql}) AS c{i}" for i, sql in enumerate(expressions))
        }
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND span_id != '' AND NOT is_deleted
        )
        GROUP BY GROUPING SETS ({", ".join(f"(c{i})" for i in range(len(expressions)))})
        HAVING choice != ''
        ORDER BY traces DESC, choice
        LIMIT {{most:UInt32}} BY place
        """,
        project_id=project_id,
        low=since,
        high=wanted.until,
        most=most,
        options=WHOLE_RANGE,
    )
    by_filter: dict[str, list[tuple[str, int]]] = {name: [] for name in CHOICES}
    names = list(CHOICES)
    every = (1 << len(names)) - 1
    for row in (
        found
    ):  # the set bits are the columns that are not grouped by, the first column's the highest
        at = len(names) - 1 - (every ^ row["place"]).bit_length() + 1
        by_filter[names[at]].append((row["choice"], row["traces"]))
    by_filter["tag"] = _tags(project_id, since, wanted.until, most)
    return Choices(by_filter, since)


def _tags(project_id: str, since: int, until: int, most: int) -> list[tuple[str, int]]:
    found = rows(
        """
        SELECT arrayJoin(tags) AS tag, uniq(trace_id) AS traces
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND notEmpty(tags) AND NOT is_deleted
        GROUP BY tag
        ORDER BY traces DESC, tag
        LIMIT {most:UInt32}
        """,
        project_id=project_id,
        low=since,
        high=until,
        most=most,
        options=WHOLE_RANGE,
    )
    return [(row["tag"], row["traces"]) for row in found]


def _countable_since(project_id: str, wanted: TraceFilter) -> int:
    """The earliest hour from which on the range holds no more than MAX_CHOICE_ROWS rows."""
    if wanted.until - wanted.since <= HOUR:
        return wanted.since
    found = rows(
        """
        SELECT toUnixTimestamp(toStartOfHour(start_time)) AS hour, count() AS spans
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
        GROUP BY hour
        ORDER BY hour DESC
        """,
        project_id=project_id,
        low=wanted.since,
        high=wanted.until,
        options=LIST,
    )
    seen = 0
    for row in found:
        seen += row["spans"]
        if seen > MAX_CHOICE_ROWS and row is not found[0]:
            return (row["hour"] + 3600) * 1_000_000_000
    return wanted.since


@dataclass(frozen=True, slots=True)
class Newest:
    trace_id: str
    at: int  # when its last row starts


def newest_trace(project_id: str) -> Newest | None:
    """None while there is none. Looks at the last day first, then at all time."""
    now = time.time_ns()
    for low, high in ((now - DAY, now + DAY), (FIRST, LAST)):
        found = rows(
            """
            SELECT trace_id, toUnixTimestamp64Nano(start_time) AS at
            FROM spans
            WHERE project_id = {project_id:String}
              AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND NOT is_deleted
            ORDER BY start_time DESC
            LIMIT 1
            """,
            project_id=project_id,
            low=low,
            high=high,
            options=LIST,
        )
        if found:
            return Newest(found[0]["trace_id"], found[0]["at"])
    return None


def first_trace(project_id: str) -> str | None:
    """The id of the newest trace, for those who only wait for one."""
    newest = newest_trace(project_id)
    return newest.trace_id if newest else None


def last_activity(project_id: str, before: int) -> int | None:
    """When the last row before this time starts, in nanoseconds: where to look when a range is
    empty.
    """
    [found] = rows(
        """
        SELECT maxOrNull(toUnixTimestamp64Nano(start_time)) AS at
        FROM spans
        WHERE project_id = {project_id:String}
          AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
          AND NOT is_deleted
        """,
        project_id=project_id,
        low=FIRST,
        high=before,
        options=LIST,
    )
    return found["at"]
