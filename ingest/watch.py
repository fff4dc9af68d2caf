"""Ends the reading of bodies that take too long, so that a slow client does not keep a thread.

A thread that waits for bytes cannot look at a clock. One watcher per process does, and closes the
reading half of the connection: the wait ends, and the client still gets its answer.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LOOK_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class Reading:
    until: float  # monotonic; whoever makes progress may move it
    is_late: bool = False


class Watcher:
    def __init__(self) -> None:
        self._readings: dict[int, tuple[socket.socket, Reading]] = {}
        self._numbers = itertools.count()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def reading(self, connection: socket.socket | None, seconds: float) -> Iterator[Reading]:
        """Give the block `seconds` to read. Without a connection it is endless."""
        reading = Reading(time.monotonic() + seconds)
        if connection is None:
            yield reading
            return
        if self._thread is None:
            self._run()
        number = next(self._numbers)
        self._readings[number] = connection, reading
        try:
            yield reading
        finally:
            del self._readings[number]

    def _run(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="slow-bodies", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            now = time.monotonic()
            for connection, reading in list(self._readings.values()):
                if now > reading.until and not reading.is_late:
                    reading.is_late = True
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RD)


reading = Watcher().reading
