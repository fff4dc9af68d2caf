"""Walking a time backwards, window by window, so that a list's first page reads only what is new.

What a window shows may be superseded rows: each reader checks with the exact rows that a thing's
own time lies in the window. The windows do not overlap, so it then has one place in the list.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

GROWTH = 4
BATCH = 400


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trace, session or user stands, as far as its window shows: a time in nanoseconds
    and its id.
    """

    at: int
    id: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A place in a window, `low` included and `high` excluded; a list may go on after it."""

    last: Place
    low: int
    high: int

    @classmethod
    def at_end_of(cls, low: int, high: int) -> "Cut":
        """A window of which nothing has been read."""
        return cls(Place(high, ""), low, high)

    def within(self, since: int, until: int) -> "Cut":
        low, high = (min(max(bound, since), until) for bound in (self.low, self.high))
        return replace(self, low=min(low, high), high=high)

    def holds(self, at: int) -> bool:
        return self.low <= at < self.high


@dataclass(slots=True)
class Search:
    """How far a listing has come: all that is at `searched_to` or later has been looked at. Where
    the time ran out, `gave_up` is where to go on.
    """

    searched_to: int
    gave_up: Cut | None = None


def walk(
    read: Callable[[Cut], list[Place]],
    *,
    since: int,
    until: int,
    after: Cut | None,
    first_width: int,
    seconds: float,
    search: Search,
) -> Iterator[tuple[Place, Cut]]:
    """What `read` finds from the newest backwards, at most BATCH at a time and each with its
    window.

    Ends with the range, or (`search.gave_up`) when the time is up.
    """
    deadline = time.monotonic() + seconds
    window = (
        after.within(since, until)
        if after
        else Cut.at_end_of(max(since, until - first_width), until)
    )
    search.searched_to = window.high
    while search.searched_to > since:
        found = read(window)
        is_new = window == Cut.at_end_of(window.low, window.high)
        if is_new and len(found) == BATCH and found[-1].at > window.low:
            # The page that goes on here reads its window again: let it be no longer than need be.
            window = Cut.at_end_of(found[-1].at, window.high)
            found = read(window)
        yield from ((place, window) for place in found)
        if len(found) == BATCH:
            window = replace(window, last=found[-1])
        else:
            search.searched_to = window.low
            width = max(first_width, GROWTH * (window.high - window.low))
            window = Cut.at_end_of(max(since, window.low - width), window.low)
        if time.monotonic() > deadline and search.searched_to > since:
            search.gave_up = window
            return
