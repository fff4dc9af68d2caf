"""What this process knows of whether ClickHouse answers, so that reads do not each find out alone.

After one failed, the next read asks for a sign of life first, alone; others meanwhile wait a little
for its answer. For a moment after there was none, all are told at once.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from traces.errors import LimitReached, Unavailable

AWAY_SECONDS = 2.0
PATIENCE_SECONDS = 0.2  # with other reads: a thread that waits serves nobody


class Presence:
    def __init__(self, ping: Callable[[], None], most_reads: int) -> None:
        self._ping = ping
        self._answered = threading.Condition()
        self._reads = threading.BoundedSemaphore(most_reads)
        self._is_doubtful = False
        self._is_asking = False
        self._ask_at = float("-inf")

    def doubt(self) -> None:
        """Somebody, a reader or a writer, was not served."""
        self._is_doubtful = True

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """Around whatever may find out that ClickHouse does not answer."""
        try:
            yield
        except Unavailable as error:
            if not isinstance(error, LimitReached):  # then it does answer
                self.doubt()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around a read. Raises Unavailable at once where there is no hope of an answer.

        Some threads are always left to those who write.
        """
        if self._is_doubtful:
            self._ask()
        if not self._reads.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("Too many reads wait for ClickHouse.")
        try:
            yield
        finally:
            self._reads.release()

    def _ask(self) -> None:
        with self._answered:
            self._answered.wait_for(lambda: not self._is_asking, PATIENCE_SECONDS)
            if not self._is_doubtful:
                return
            if self._is_asking or time.monotonic() < self._ask_at:
                raise Unavailable("ClickHouse has not answered lately.")
            self._is_asking = True
        try:
            self._ping()
            self._is_doubtful = False
        finally:
            with self._answered:
                self._is_asking = False
                self._ask_at = time.monotonic() + AWAY_SECONDS
                self._answered.notify_all()
