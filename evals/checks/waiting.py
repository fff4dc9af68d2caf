"""Scores of checks on their way to the store: gathered for a moment, and written together.

An insert costs ClickHouse as much as some thousand of its rows do, so one for each request that
brings spans would take a third of ingest's speed. What is lost on the way, with a process that is
killed or an engine that is away, the sweep finds missing and writes again.
"""

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.db import Error, connection

from evals.checks.storing import store
from evals.checks.sweep import begin_again_at
from ingest import seldom
from traces.clickhouse import Unavailable
from traces.records import Score

GATHER_SECONDS = 2.0
ENOUGH = 20_000  # rows, which are written at once
MOST = 50_000  # rows that may wait, some 50 MB; more are left to the sweep


class Waiting:
    """What waits in this process. `since` is when the oldest span of each project was received."""

    def __init__(self) -> None:
        self._scores: list[Score] = []
        self._since: dict[str, int] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._is_enough = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, scores: Sequence[Score], since: Mapping[str, int]) -> None:
        """Have them written within GATHER_SECONDS, and what an insert takes."""
        if scores and not self._taken(scores, since):
            leave(since)

    def _taken(self, scores: Sequence[Score], since: Mapping[str, int]) -> bool:
        with self._lock:
            if len(self._scores) + len(scores) > MOST:
                return False
            self._scores += scores
            for project_id, at in since.items():
                self._since[project_id] = min(at, self._since.get(project_id, at))
            if len(self._scores) >= ENOUGH:
                self._is_enough.set()
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, daemon=True)
                self._writer.start()
            return True

    def _write(self) -> None:
        """As long as there is something to write; the next score begins another thread."""
        while True:
            self._is_enough.wait(GATHER_SECONDS)
            self._is_enough.clear()
            try:
                self.flush()
            except Exception as error:  # the sweep writes what it took along
                seldom.warn("checks_not_written", error=type(error).__name__)
            connection.close()
            with self._lock:
                if not self._scores:
                    self._writer = None
                    return

    def flush(self) -> None:
        """Returns when all that waited is written, or left to the sweep."""
        with self._writing:
            with self._lock:
                scores, self._scores = self._scores, []
                since, self._since = self._since, {}
            write(scores, since)


def write(scores: list[Score], since: Mapping[str, int]) -> None:
    """Now. What cannot be stored is left to the sweep; nothing is raised."""
    try:
        store(scores)
    except Unavailable as error:
        seldom.warn("checks_not_stored", reason=str(error)[:200])
        leave(since)


def leave(since: Mapping[str, int]) -> None:
    """To the sweep, which begins anew at what was received before what it has swept."""
    for project_id, at in since.items():
        seldom.warn("checks_left_to_the_sweep", project=project_id)
        with suppress(Error):  # while Postgres is away, only what is older than BEHIND is lost
            begin_again_at(project_id, at)


waiting = Waiting()


def _start() -> None:
    """The parent's thread is not in a fork, and what waits there is the parent's to write."""
    global waiting
    waiting = Waiting()


os.register_at_fork(after_in_child=_start)
atexit.register(lambda: waiting.flush())
