"""How much one process takes in at once, and nobody more than a fair share of it.

The bytes of every body, inflated, count from when they are read until the request is answered.
"""

import random
import threading
from collections import Counter

from django.conf import settings
from django.core.signals import request_finished


class Overloaded(Exception):
    """Nothing can take the batch now: 503 with Retry-After, and the sender sends it again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        # Not the same for all, or they would all come back together. OTLP exporters give up when
        # the wait is longer than what is left of their ten seconds.
        self.retry_after = random.randint(1, 5)


class Pool:
    """`limit` bytes. One project may fill half of them, so that others always find room.

    A body that is larger than its share is let in when its project has nothing else here.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._by_project: Counter[str] = Counter()
        self._total = 0

    def take(self, project_id: str, size: int, *, holding: int = 0) -> None:
        """Raises Overloaded. `holding` of the project's bytes are the same request's."""
        with self._lock:
            others = self._by_project[project_id] - holding
            is_fair = others == 0 or others + holding + size <= self.limit // 2
            if not is_fair or (self._total > holding and self._total + size > self.limit):
                raise Overloaded(f"{self._total} of {self.limit} bytes are being taken in.")
            self._by_project[project_id] += size
            self._total += size

    def give_back(self, project_id: str, size: int) -> None:
        with self._lock:
            self._total -= size
            self._by_project[project_id] -= size
            if not self._by_project[project_id]:
                del self._by_project[project_id]


class Ticket:
    """What one request has taken of the pool."""

    def __init__(self, pool: Pool, project_id: str) -> None:
        self._pool = pool
        self._project_id = project_id
        self._size = 0

    def take(self, size: int) -> None:
        self._pool.take(self._project_id, size, holding=self._size)
        self._size += size

    def give_back(self) -> None:
        size, self._size = self._size, 0
        if size:
            self._pool.give_back(self._project_id, size)


pool = Pool(settings.INGEST_INFLIGHT_MAX_BYTES)
_of_this_thread = threading.local()


def ticket(project_id: str) -> Ticket:
    """A ticket for the request that this thread answers, given back when it is answered."""
    give_back()
    _of_this_thread.ticket = Ticket(pool, project_id)
    return _of_this_thread.ticket


def give_back(**_) -> None:
    if held := getattr(_of_this_thread, "ticket", None):
        held.give_back()
        _of_this_thread.ticket = None


# A thread answers one request at a time; this is sent when the last byte of the answer is out.
request_finished.connect(give_back)
