"""What was made once and is given out often: kept in Valkey for all processes, and near at hand in
each. Valkey may be away: then few wait to learn it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

KEEP_SECONDS = 3600
AWAY_SECONDS = 2.0  # how long nobody asks again after it did not answer


class Memory:
    """Of this process; which of its threads learns that Valkey is away, tells the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.away_until = float("-inf")

    def get(self, key: str) -> Any:
        """None where nothing is remembered."""
        if self.clock() < self.away_until:
            return None
        try:
            return cache.get(key)
        except RedisError:
            self.away_until = self.clock() + AWAY_SECONDS
            return None

    def put(self, key: str, value: object, seconds: int = KEEP_SECONDS) -> None:
        if self.clock() < self.away_until:
            return
        try:
            cache.set(key, value, seconds)
        except RedisError:
            self.away_until = self.clock() + AWAY_SECONDS


class Near:
    """What this process gave out last, within bounds: what is used least goes first."""

    def __init__(self, most_bytes: int = 16 * 1024 * 1024) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.kept: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: str) -> Any:
        """None where nothing is kept."""
        with self.lock:
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key][0]

    def put(self, key: str, value: object, size: int) -> None:
        size += 1024  # of the key, and of what holds it all together
        with self.lock:
            self.bytes -= self.kept.pop(key, (None, 0))[1]
            self.kept[key] = (value, size)
            self.bytes += size
            while self.bytes > self.most_bytes:
                self.bytes -= self.kept.popitem(last=False)[1][1]
