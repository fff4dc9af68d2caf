"""Log files that children write to directly and that stay bounded."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

MAX_BYTES = 5 * 1024 * 1024
SECONDS_BETWEEN_LOOKS = 10


class LogFile:
    """`name.log` and one older `name.log.1`.

    The child has the file itself as its output and no pipe to us, so it can still write when we
    are stopped or killed. It appends, so cutting the file to nothing is safe while it is open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start_of_run = 0
        self._next_look = 0.0

    def open(self) -> IO[bytes]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
        self._start_of_run = file.seek(0, os.SEEK_END)
        return file

    def tail(self, lines: int) -> str:
        """The last lines since the latest `open`, indented, or a word that there are none."""
        try:
            text = self._read_end().decode("utf-8", "replace")
        except OSError as error:  # somebody removed it
            text = f"(its log cannot be read: {error})"
        last = text.rstrip().splitlines()[-lines:]
        return "\n".join(f"    {line}" for line in last or ["(it said nothing)"])

    def _read_end(self) -> bytes:
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            start = self._start_of_run if self._start_of_run <= end else 0
            file.seek(max(start, end - 16 * 1024))
            return file.read()

    def keep_bounded(self, max_bytes: int = MAX_BYTES) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + SECONDS_BETWEEN_LOOKS
        with suppress(FileNotFoundError):
            if self.path.stat().st_size > max_bytes:
                with suppress(OSError):  # a full disk: then the older half is lost
                    shutil.copyfile(self.path, self.path.with_name(self.path.name + ".1"))
                os.truncate(self.path, 0)
