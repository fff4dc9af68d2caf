"""What was sent and what was acknowledged, as facts that can be looked up afterwards."""

import hashlib
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of one row must have a text with this digest."""

    table: Literal["spans", "scores"]
    row: str  # "<trace id> <span id>" or a score's id
    column: str
    digest: str


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Ledger:
    """Facts that were sent are remembered; those that were acknowledged are on the disk as well,
    before anything else happens, so that no crash of ours can make the product look better.
    """

    def __init__(self, path: Path) -> None:
        self.sent: set[Fact] = set()
        self._path = path
        self._file = path.open("a")
        self._lock = threading.Lock()

    def note_sent(self, facts: Iterable[Fact]) -> None:
        with self._lock:
            self.sent.update(facts)

    def note_acked(self, facts: Iterable[Fact]) -> None:
        lines = "".join(json.dumps(astuple(fact)) + "\n" for fact in facts)
        with self._lock:
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())

    def acked(self) -> set[Fact]:
        return {Fact(*json.loads(line)) for line in self._path.read_text().splitlines()}

    def close(self) -> None:
        self._file.close()
