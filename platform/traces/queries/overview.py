"""What stands beside the list of traces: how many per time, what there is to choose from, and
whether there is anything.
"""

import time
from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.filters import (
    DAY,
    FILTER_REACH,
    FIRST,
    HOUR,
    LAST,
    TraceFilter,
    having,
    narrowing,
    parameters,
)
from traces.queries.limits import LIST, WHOLE_RANGE

BINS = 100
MINUTE = HOUR // 60
WIDTHS = [MINUTE * n for n in (1, 2, 5, 10, 15, 30)] + [
    HOUR * n for n in (1, 2, 3, 6, 12, 24, 48, 7 * 24, 30 * 24)
]
MAX_CHOICE_ROWS = (
    3_000_000  # choices are counted over as much of the range, from its end, as holds so many rows
)
CHOICES = {  # by name of the filter
    "level": "s.level",
    "environment": "s.environment",
    "name": "if(s.trace_name = '' AND (s.is_root OR s.parent_span_id = ''), s.name, s.trace_name)",
    "model": "s.model",
    "type": "s.type",
    "version": "s.version_label",
    "release": "s.release",
}


@dataclass(frozen=True, slots=True)
class Bin:
    since: int
    until: int
    traces: int
    errors: int  # traces with an error


@dataclass(frozen=True, slots=True)
class Histogram:
    width: int
    bins: list[Bin]
    traces: int
    errors: int


def histogram(project_id: str, wanted: TraceFilter) -> Histogram:
    """Traces per time, about BINS bins over the range, each counted where it has rows. About:
    superseded rows count until they are merged, a trace that began before the range counts where
    it goes on, and from some 10,000 a bin on the count is within 1 %.
    """
    span = wanted.until - wanted.since
    width = next((width for width in WIDTHS if span / width <= BINS), WIDTHS[-1])
    first = wanted.since // width * width
    count = _per_bin_of_matches if wanted.active() else _per_bin
    found = {row["bin"]: row for row in count(project_id, wanted, first, width)}
    total = found.pop(-1, {"traces": 0, "errors": 0})
    bins = []
    for index in range((wanted.until - first + width - 1) // width):
        row = found.get(index, {"traces": 0, "errors": 0})
        since = first + index * width
        bins.append(Bin(since, since + width, row["traces"], row["errors"]))
    return Histogram(width, bins, total["traces"], total["errors"])


def _per_bin(project_id: str, wanted: TraceFilter, first: int, width: int) -> list[dict]:
    """uniq over the spans of a bin: a trace that runs on into the next bin is in both, and once in
    the total (bin -1).
    """
    return rows(
        """
        SELECT if(grouping(bin_of) = 1, -1, toInt64(bin_of)) AS bin, uniq(trace_id) AS traces,
            uniqIf(trace_id, level = 'ERROR') AS errors
        FROM (
            SELECT intDiv(toUnixTimestamp64Nano(start_time) - {first:Int64},
                {width:Int64}) AS bin_of, trace_id, level
            FROM spans
            WHERE project_id = {project_id:String}
              AND start_time >= fromUnixTimestamp64Nano({low:Int64}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({high:Int64}, 'UTC')
              AND NOT is_deleted
        )
        GROUP BY GROUPING SETS ((bin_of), ())
        """,
        project_id=project_id,
        first=first,
        width=width,
        low=wanted.since,
        high=wanted.until,
        options=WHOLE_RANGE,
    )


def _per_bin_of_matches(project_id: str, wanted: TraceFilter, first: int, width: int) -> list[dict]:
    return rows(
        f"""
        SELECT if(grouping(bin_of) = 1, -1, toInt64(bin_of)) AS bin, count() AS traces,
            countIf(failed) AS errors
        FROM (
            SELECT intDiv(toUnixTimestamp64Nano(min(start_time)) - {{first:Int64}},
                {{width:Int64}}) AS bin_of,
                countIf(s.level = 'ERROR') > 0 AS failed
            FROM spans AS s
            WHERE project_id = {{project_id:String}}
              AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
              AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
              AND NOT is_deleted
              {narrowing(wanted)}
            GROUP BY trace_id
            HAVING toUnixTimestamp64Nano(min(start_time)) < {{until:Int64}} AND {
            having(wanted, exact=False)
        }
        )
        GROUP BY GROUPING SETS ((bin_of), ())
        """,
        project_id=project_id,
        first=first,
        width=width,
        low=wanted.since,
        high=min(wanted.until + FILTER_REACH, LAST),
        until=wanted.until,
        options=WHOLE_RANGE,
        **parameters(wanted),
    )


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


def first_trace(project_id: str) -> str | None:
    """The id of the newest trace, or None while there is none. Looks at the last day first, then at
    all time.
    """
    now = time.time_ns()
    for low, high in ((now - DAY, now + DAY), (FIRST, LAST)):
        found = rows(
            """
            SELECT trace_id
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
            return found[0]["trace_id"]
    return None


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
