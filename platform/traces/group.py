"""Group commit: while one insert runs, what arrives gathers for the next.

There is no thread of its own: whoever finds nobody inserting leads, takes all that waits (within
bounds), inserts it, and hands the lead to the first of those who came meanwhile.
"""

import threading
from collections import deque
from collections.abc import Callable
from math import ceil

from traces.errors import Refused, Unavailable

MAX_GROUP_ROWS = 20_000
MAX_GROUP_BYTES = 32 * 1024 * 1024
ALL_ARE_REFUSED = 8  # one after the other: then it is not the rows that are at fault


class _Batch:
    __slots__ = ("error", "rows", "settled", "turn", "weight")

    def __init__(self, rows: list, weight: int):
        self.rows = rows
        self.weight = weight
        self.turn = threading.Event()
        self.settled = False
        self.error: Exception | None = None


class GroupCommit:
    """`insert(rows)` stores all of them or raises; `weigh(rows)` estimates their bytes.

    Refused by `insert` are the rows that it names, or any of them where it names none; these are
    found by halving, in `most_inserts` at the most.
    """

    def __init__(
        self,
        insert: Callable[[list], None],
        weigh: Callable[[list], int],
        *,
        most_inserts: int = 64,
    ):
        self._insert = insert
        self._weigh = weigh
        self._most_inserts = most_inserts
        self._lock = threading.Lock()
        self._waiting: deque[_Batch] = deque()
        self._is_led = False

    def store(self, rows: list) -> None:
        """Returns when all rows are stored.

        Unavailable: it is unknown which are. Refused: its `rows` are not, all others are.
        """
        batch = _Batch(rows, self._weigh(rows))
        with self._lock:
            self._waiting.append(batch)
            leads = not self._is_led
            self._is_led = True
        if not leads:
            batch.turn.wait()
        if not batch.settled:
            self._lead()
        if batch.error is not None:
            raise batch.error

    def _lead(self) -> None:
        with self._lock:
            group = self._next_group()
        try:
            self._settle(group)
        finally:
            with self._lock:
                if any(isinstance(batch.error, Unavailable) for batch in group):
                    group += self._waiting  # they would wait for the same time-out, one by one
                    self._waiting.clear()
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
            for batch in group:
                _settle_one(batch)
            if following:
                following.turn.set()

    def _next_group(self) -> list[_Batch]:
        group = [self._waiting.popleft()]
        rows, weight = len(group[0].rows), group[0].weight
        while self._waiting:
            rows += len(self._waiting[0].rows)
            weight += self._waiting[0].weight
            if rows > MAX_GROUP_ROWS or weight > MAX_GROUP_BYTES:
                break
            group.append(self._waiting.popleft())
        return group

    def _settle(self, group: list[_Batch]) -> None:
        everything = [row for batch in group for row in batch.rows]
        poison: dict[int, str] = {}
        unavailable = None
        try:
            for rows in self._slices(everything):
                _Sieve(self._insert, poison, self._most_inserts).insert_or_sift(rows)
        except Unavailable as error:
            unavailable = error
        for batch in group:
            batch.error = _outcome(batch.rows, poison, unavailable)
            batch.settled = True

    def _slices(self, rows: list) -> list[list]:
        """The rows in inserts of bearable size: one request may be larger than a group."""
        parts = max(ceil(len(rows) / MAX_GROUP_ROWS), ceil(self._weigh(rows) / MAX_GROUP_BYTES), 1)
        size = ceil(len(rows) / parts)
        return [rows[start : start + size] for start in range(0, len(rows), size)]


class _Sieve:
    """Inserts all rows but those that are refused on their own; Unavailable where too many are."""

    def __init__(self, insert: Callable[[list], None], poison: dict[int, str], most_inserts: int):
        self._insert = insert
        self._poison = poison
        self._inserts_left = most_inserts
        self._refused_in_a_row = 0

    def insert_or_sift(self, rows: list) -> None:
        if self._inserts_left == 0:
            raise Unavailable("Too many rows are refused to find them one by one.")
        self._inserts_left -= 1
        try:
            self._insert(rows)
            self._refused_in_a_row = 0
        except Refused as error:
            self._sift(rows, error)

    def _sift(self, rows: list, error: Refused) -> None:
        if error.rows:
            self._poison |= {id(row): error.reason_of(row) for row in error.rows}
            guilty = {id(row) for row in error.rows}
            if others := [row for row in rows if id(row) not in guilty]:
                self.insert_or_sift(others)
        elif len(rows) == 1:
            self._refused_in_a_row += 1
            if self._refused_in_a_row == ALL_ARE_REFUSED:
                raise Unavailable(f"ClickHouse takes no row: {error}")
            self._poison[id(rows[0])] = str(error)
        else:
            middle = len(rows) // 2
            self.insert_or_sift(rows[:middle])
            self.insert_or_sift(rows[middle:])


def _outcome(
    rows: list, poison: dict[int, str], unavailable: Unavailable | None
) -> Exception | None:
    """A new exception for each waiter: a traceback belongs to one thread."""
    if unavailable is not None:
        return type(unavailable)(*unavailable.args)
    guilty = [row for row in rows if id(row) in poison]
    return Refused(poison[id(guilty[0])], guilty, poison) if guilty else None


def _settle_one(batch: _Batch) -> None:
    if not batch.settled:  # it waited behind a failure, or the leader died
        batch.error = Unavailable("The insert before this one failed.")
        batch.settled = True
    batch.turn.set()
