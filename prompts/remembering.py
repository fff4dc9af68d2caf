"""Valkey as a memory that may be away: then nothing is remembered, and few wait to learn it."""

import time
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

    def put(self, key: str, value: object) -> None:
        if self.clock() < self.away_until:
            return
        try:
            cache.set(key, value, KEEP_SECONDS)
        except RedisError:
            self.away_until = self.clock() + AWAY_SECONDS
