"""Calls of models that hold a thread of a web process: so many at a time, the other threads are for
others.
"""

import threading

from django.conf import settings

_slots = threading.BoundedSemaphore(settings.LLM_MOST_RUNS)


class Busy(Exception):
    """This process waits for models for as many pages as it may."""


class Slot:
    """The right to call, given back once."""

    def __init__(self) -> None:
        self._given_back = threading.Lock()

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def give_back(self) -> None:
        if self._given_back.acquire(blocking=False):
            _slots.release()


def slot() -> Slot:
    """Raises Busy."""
    if not _slots.acquire(blocking=False):
        raise Busy
    return Slot()
