"""Warnings that would otherwise come with every request of a busy hour."""

import threading
import time
from collections import Counter

import structlog

EVERY_SECONDS = 5.0

log = structlog.get_logger(__name__)
_lock = threading.Lock()
_last: dict[str, float] = {}
_passed_over: Counter[str] = Counter()


def warn(event: str, **fields: object) -> None:
    """Log it, unless the same was logged by this process within five seconds: then count it."""
    now = time.monotonic()
    with _lock:
        if now - _last.get(event, float("-inf")) < EVERY_SECONDS:
            _passed_over[event] += 1
            return
        _last[event] = now
        times = 1 + _passed_over.pop(event, 0)
    log.warning(event, times=times, **fields)
