"""What a key lets its bearer do, and this process's memory of it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

FRESH_SECONDS = 60.0  # a revoked key is dead after this at the latest
STALE_SECONDS = 3600.0  # and after this at the latest while Postgres cannot be asked
AWAY_SECONDS = 2.0  # how long nobody asks again after Postgres did not answer
MOST_GRANTS = 10_000  # ~1 KB each


@dataclass(frozen=True, slots=True)
class Grant:
    """What `request.auth` is on a request with an API key."""

    project_id: str
    project_name: str
    organisation_id: str
    organisation_name: str
    key_id: int
    public_key: str
    scopes: frozenset[str]
    publishable: bool  # only the public key was shown


@dataclass(slots=True)
class Remembered:
    grant: Grant
    expires_at: datetime | None
    checked_at: float


class GrantCache:
    """The positive answers of the last minute, by a digest of what was shown; the least used are
    dropped.

    Older ones stay, to be used only while Postgres cannot be asked: then a key that worked within
    the last hour goes on working.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_GRANTS):
        self.clock = clock
        self.most = most
        self.away_until = float("-inf")
        self.remembered: OrderedDict[str, Remembered] = OrderedDict()
        self.lock = threading.Lock()

    def fresh(self, fingerprint: str, now: datetime) -> Grant | None:
        return self.get(fingerprint, now, since=self.clock() - FRESH_SECONDS)

    def stale(self, fingerprint: str, now: datetime) -> Grant | None:
        return self.get(fingerprint, now, since=self.clock() - STALE_SECONDS)

    def get(self, fingerprint: str, now: datetime, *, since: float) -> Grant | None:
        with self.lock:
            entry = self.remembered.get(fingerprint)
            if entry is None or entry.checked_at < since:
                return None
            if entry.expires_at is not None and entry.expires_at <= now:
                return None
            self.remembered.move_to_end(fingerprint)
            return entry.grant

    def put(
        self, fingerprint: str, grant: Grant, expires_at: datetime | None, asked_at: float
    ) -> Grant:
        with self.lock:
            self.remembered[fingerprint] = Remembered(grant, expires_at, asked_at)
            self.remembered.move_to_end(fingerprint)
            while len(self.remembered) > self.most:
                self.remembered.popitem(last=False)
        return grant

    def forget(self, fingerprint: str) -> None:
        with self.lock:
            self.remembered.pop(fingerprint, None)

    def note_store_is_away(self) -> None:
        self.away_until = self.clock() + AWAY_SECONDS

    def store_is_away(self) -> bool:
        return self.clock() < self.away_until

    def clear(self) -> None:
        with self.lock:
            self.remembered.clear()
            self.away_until = float("-inf")
