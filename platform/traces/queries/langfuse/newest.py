"""The first pages of a list by time, without reading the whole of it: back in time, window by
window, each thing in the window in which it really begins.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from traces.clickhouse import rows
from traces.errors import LimitReached
from traces.queries.filters import HOUR
from traces.queries.langfuse.conditions import (
    FAR_AHEAD,
    LONG_AGO,
    Conditions,
    TimeRange,
    spans_within,
)
from traces.queries.limits import COUNT, LIST
from traces.queries.overview import last_activity
from traces.queries.windows import BATCH, Cut, Place, Search, walk

FARTHEST = 2_000  # things from the start of the list; what lies farther is ranked as a whole
SECONDS = 3.0
AT_ONCE = BATCH


def newest(
    project_id: str,
    column: str,
    began: Callable[[list[str], TimeRange], Iterable[Place]],
    time: TimeRange,
    *,
    limit: int,
    offset: int,
) -> list[str] | None:
    """The ids of one page, newest first; None where that would take too long this way.

    `column` holds the ids; `began` tells exactly when those that are wanted began.
    """
    last = last_activity(project_id, time.until)
    if offset + limit > FARTHEST or last is None:
        return None
    search = Search(time.until)
    stream = walk(
        lambda window: _seen(project_id, column, window),
        since=time.since,
        until=last + 1,
        after=None,
        first_width=HOUR,
        seconds=SECONDS,
        search=search,
    )
    taken: list[tuple[int, str]] = []
    for (low, high), found in groupby(stream, key=lambda one: (one[1].low, one[1].high)):
        ids = sorted({place.id for place, _window in found})
        for first in range(0, len(ids), AT_ONCE):
            for place in began(ids[first : first + AT_ONCE], TimeRange(low, high)):
                taken.append((place.at, place.id))
        if len(taken) >= offset + limit:
            break
    else:
        if search.gave_up:
            return None
    taken.sort(reverse=True)
    return [one for _at, one in taken[offset : offset + limit]]


def _seen(project_id: str, column: str, window: Cut) -> list[Place]:
    """What has rows in the window, superseded ones included."""
    where = Conditions()
    spans_within(where, project_id, TimeRange(window.low, min(window.high, window.last.at + 1)))
    at, last_id = where.bind(window.last.at, "Int64"), where.bind(window.last.id, "String")
    found = rows(
        f"""
        SELECT {column} AS id, toUnixTimestamp64Nano(min(s.start_time)) AS at
        FROM spans AS s
        WHERE {where.all_true()} AND NOT s.is_deleted AND {column} != ''
        GROUP BY id
        HAVING (at, id) < ({at}, {last_id})
        ORDER BY at DESC, id DESC
        LIMIT {where.bind(BATCH, "UInt32")}
        """,
        options=LIST,
        **where.values,
    )
    return [Place(row["at"], row["id"]) for row in found]


def counted(project_id: str, column: str, time: TimeRange, exactly: Callable[[], int]) -> int:
    """How many there are: exactly, where that is soon told, else within some one per cent."""
    try:
        return exactly()
    except LimitReached:
        where = Conditions()
        spans_within(where, project_id, time)
        [row] = rows(
            f"""
            SELECT uniqIf({column}, {column} != '') AS found
            FROM spans AS s
            WHERE {where.all_true()} AND NOT s.is_deleted
            """,
            options=COUNT,
            **where.values,
        )
        return row["found"]


def around(time: TimeRange, reach: int) -> TimeRange:
    """The range, and what may lie around it."""
    return TimeRange(max(LONG_AGO, time.since - reach), min(FAR_AHEAD, time.until + reach))
