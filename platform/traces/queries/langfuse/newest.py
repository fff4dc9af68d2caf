"""The first pages of a list by time, without reading the whole of it: back in time, window by
window, each thing in the window in which it really begins.
"""

from collections.abc import Callable, Iterable
from itertools import islice

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
from traces.queries.windows import Place, Search, Window, walk

FARTHEST = 2_000  # things from the start of the list; what lies farther is ranked as a whole
SECONDS = 3.0
AT_ONCE = 400


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

    def exact(found: list[Place], window: Window) -> dict[Place, None]:
        ids = [place.id for place in found]
        return dict.fromkeys(began(ids, TimeRange(window.low, window.high)))

    search = Search(time.until)
    stream = walk(
        lambda window: _seen(project_id, column, window),
        exact,
        since=time.since,
        until=last + 1,
        after=None,
        first_width=HOUR,
        seconds=SECONDS,
        search=search,
        batch=AT_ONCE,
    )
    page = [cut.last.id for cut, _nothing in islice(stream, offset, offset + limit)]
    return None if search.gave_up else page


def _seen(project_id: str, column: str, window: Window) -> list[Place]:
    """What has rows in the window, superseded ones included."""
    where = Conditions()
    spans_within(where, project_id, TimeRange(window.low, window.high))
    if window.before:
        where.add(f"{column} < {where.bind(window.before, 'String')}")
    found = rows(
        f"""
        SELECT {column} AS id, toUnixTimestamp64Nano(min(s.start_time)) AS at
        FROM spans AS s
        WHERE {where.all_true()} AND NOT s.is_deleted AND {column} != ''
        GROUP BY id
        ORDER BY at DESC, id DESC
        LIMIT {where.bind(AT_ONCE, "UInt32")}
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
