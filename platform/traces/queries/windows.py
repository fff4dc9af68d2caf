"""Walking a time backwards, window by window, so that a list's first page reads only what is new.

What a window shows may be superseded rows, which the engine drops when it likes. So places come
from the exact rows alone: a list goes on behind a place that no merge can move.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

GROWTH = 4
MOST_WIDTHS = 1_000
BATCH = 100  # a page of 50, and what falls out when it is read exactly

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a trace, session or user stands: a time in nanoseconds, and its id."""

    at: int
    id: str


@dataclass(frozen=True, slots=True)
class Window:
    """A time, `low` included and `high` excluded. One of a single nanosecond may hold more than a
    batch: it is read by descending id, from `before` on where that is set.
    """

    low: int
    high: int
    before: str = ""

    @property
    def width(self) -> int:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Cut:
    """A list goes on behind this place, in windows of about this width."""

    last: Place
    width: int


@dataclass(slots=True)
class Pace:
    """How long the rounds of a walk take, and so whether there is time for another one."""

    deadline: float
    begun: float = 0.0
    longest: float = 0.0

    def begin(self) -> None:
        self.begun = time.monotonic()

    def is_late(self) -> bool:
        """Whether another round, as long as the longest so far, would end behind the deadline."""
        now = time.monotonic()
        self.longest = max(self.longest, now - self.begun)
        return now + self.longest > self.deadline

    def widened(self, width: int) -> int:
        """What there is time for next, if a wider window takes as much longer."""
        left = self.deadline - time.monotonic()
        factor = left / self.longest if self.longest else GROWTH
        return int(width * min(GROWTH, max(1, factor)))


@dataclass(slots=True)
class Widths:
    """How wide this process found the window to be that fills a first page, to begin with it the
    next time: too wide a window is read twice. A guess: the list is the same with any width.
    """

    usual: int
    least: int
    by_list: dict[Hashable, int] = field(default_factory=dict)

    def first(self, asked: Hashable) -> int:
        return self.by_list.get(asked, self.usual)

    def remember(self, asked: Hashable, reached: int) -> None:
        """A first page of what was asked for reached so many nanoseconds back."""
        if len(self.by_list) >= MOST_WIDTHS:
            self.by_list.clear()
        self.by_list[asked] = max(self.least, reached * 5 // 4)


@dataclass(slots=True)
class Search:
    """How far a listing has come: all that is at `searched_to` or later has been looked at. Where
    the time ran out, `gave_up` is where to go on.
    """

    searched_to: int
    gave_up: Cut | None = None


def walk(
    read: Callable[[Window], list[Place]],
    exact: Callable[[list[Place], Window], dict[Place, Row]],
    *,
    since: int,
    until: int,
    after: Cut | None,
    first_width: int,
    seconds: float,
    search: Search,
    batch: int = BATCH,
) -> Iterator[tuple[Cut, Row]]:
    """The rows from the newest backwards, each with the place to go on from.

    `read` gives the newest `batch` things of a window, among them every one whose exact place may
    lie there; `exact` gives the places and rows of those that belong in the list. Ends with the
    range, or (`search.gave_up`) before the time is up.
    """
    pace = Pace(time.monotonic() + seconds)
    cut = after or Cut(Place(until, ""), first_width)
    last, width = cut.last, max(1, min(cut.width, until - since))
    high = top = min(until, last.at + 1 if last.id else last.at)
    waiting: dict[str, Place] = {}  # of the windows from here up to `top`, to be read together
    while high > since:
        pace.begin()
        asked = Window(max(since, high - width), high)
        window, found = _narrowed(read, asked, last, batch)
        waiting |= {place.id: place for place in found}
        is_moment = len(found) == batch
        is_late = pace.is_late()
        if is_moment or is_late or window.low <= since or len(waiting) >= batch // 2:
            whole = Window(window.low, top)
            rows = exact(list(waiting.values()), whole) if waiting else {}
            is_late |= pace.is_late()
            for place, row in sorted(rows.items(), key=lambda one: one[0], reverse=True):
                if whole.low <= place.at < whole.high and place < last:
                    yield Cut(place, window.width), row
            waiting, top = {}, high if is_moment else window.low
        if is_moment:
            last = Place(window.low, found[-1].id)
        else:
            high = window.low
            is_narrowed = window.low > asked.low
            width = window.width if is_narrowed else pace.widened(max(width, first_width))
        search.searched_to = high
        if is_late and high > since:
            search.gave_up = Cut(min(last, Place(high, "")), width)
            return


def first_rows(
    stream: Iterator[tuple[Cut, Row]], limit: int, search: Search
) -> tuple[list[Row], Cut | None, int | None]:
    """A page of what `walk` yields: its rows, where it goes on, and how far was searched where the
    time ran out before it was full.
    """
    taken = list(islice(stream, limit + 1))
    page = [row for _cut, row in taken[:limit]]
    if len(taken) > limit:
        return page, taken[limit - 1][0], None
    if search.gave_up:
        return page, search.gave_up, search.searched_to
    return page, None, None


def _narrowed(
    read: Callable[[Window], list[Place]], window: Window, last: Place, batch: int
) -> tuple[Window, list[Place]]:
    """The newer end of the window that holds less than a batch, and what it holds."""
    while True:
        if window.width == 1 and window.low == last.at:
            window = Window(window.low, window.high, before=last.id)
        found = read(window)
        if len(found) < batch or window.width == 1:
            return window, found
        # A narrower window may show more: superseded rows below it no longer place a thing there.
        low = min(found[batch * 3 // 4].at + 1, window.high - 1)
        if low <= window.low:
            low = window.high - window.width // 2
        window = Window(low, window.high)
