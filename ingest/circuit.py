"""Stops asking a store that is away, and finds out when it is back. One per process, in memory."""

import threading
import time
from collections.abc import Callable
from enum import Enum

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0


class State(Enum):
    CLOSED = "closed"  # the store is asked
    OPEN = "open"  # it is not asked until the pause is over
    PROBING = "probing"  # one caller asks, the others do not wait for it


class Circuit:
    """Closed until a failure; then one probe at a time, at growing distances, until one succeeds.

    A probe that never reports (its thread was killed) counts as failed after `probe_limit`.
    """

    def __init__(
        self, *, probe_limit: float = 120.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._probe_limit = probe_limit
        self._lock = threading.Lock()
        self._state = State.CLOSED
        self._pause = FIRST_PAUSE_SECONDS
        self._retry_at = 0.0

    @property
    def state(self) -> State:
        return self._state

    def is_closed(self) -> bool:
        return self._state is State.CLOSED

    def may_probe(self, *, late_by: float = 0.0) -> bool:
        """Whether the caller is to try the store now; it must then report `succeeded`,
        `failed` or `undecided`.

        `late_by` lets others go first: it is for callers who should probe only if nobody else does.
        """
        with self._lock:
            if self._state is State.CLOSED or self._clock() < self._retry_at + late_by:
                return False
            self._state = State.PROBING
            self._retry_at = self._clock() + self._probe_limit
            return True

    def seconds_to_probe(self) -> float:
        """How long until a probe is due; 0 while closed."""
        with self._lock:
            if self._state is State.CLOSED:
                return 0.0
            return max(0.0, self._retry_at - self._clock())

    def succeeded(self) -> None:
        with self._lock:
            self._state = State.CLOSED
            self._pause = FIRST_PAUSE_SECONDS

    def failed(self) -> bool:
        """Open it. True if it was closed before, so that a fault is logged once."""
        with self._lock:
            if self._state is State.OPEN:  # one of several calls that were under way together
                return False
            was_closed = self._state is State.CLOSED
            self._pause = FIRST_PAUSE_SECONDS if was_closed else self._next_pause()
            self._retry_at = self._clock() + self._pause
            self._state = State.OPEN
            return was_closed

    def undecided(self) -> None:
        """A probe ended without an answer to its question: the next one may ask soon."""
        with self._lock:
            if self._state is State.PROBING:
                self._state = State.OPEN
                self._retry_at = self._clock() + self._pause

    def _next_pause(self) -> float:
        return min(self._pause * 2, LONGEST_PAUSE_SECONDS)
