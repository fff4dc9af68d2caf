"""A request while it arrives: how much of it is there, and for how long one waits for the rest."""

import re
import time
from dataclasses import dataclass, field
from enum import Enum

HEAD_SECONDS = 20.0  # for all of it
BODY_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 32 * 1024
MOST_HEAD_BYTES = 64 * 1024
# Two ids of 800 Korean characters are 14,400 bytes of an address.
MOST_LINE_BYTES = 32 * 1024
MOST_BYTES = 256 * 1024  # kept here; a longer request goes on in a thread
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request that no view sees; config.refused writes it."""

    status: int
    text: str


TOO_SLOW = Refusal(408, "The request came too slowly.")
TOO_LONG = Refusal(431, "The headers are too long.")
LONG_ADDRESS = Refusal(414, f"The address has more than {MOST_LINE_BYTES} bytes.")
MALFORMED = Refusal(400, "This is no HTTP request.")
TOO_MANY = Refusal(503, "Too many unfinished requests from this address.")
TOO_BUSY = Refusal(503, "Too many long requests at once.")


class Progress(Enum):
    PARTLY = "partly"
    WHOLE = "whole"
    LONG = "long"  # the rest is read by a thread


@dataclass(slots=True)
class Arriving:
    """Enough is understood here to know when a request is complete; gunicorn reads it for real."""

    data: bytearray = field(default_factory=bytearray)
    until: float = field(default_factory=lambda: time.monotonic() + HEAD_SECONDS)
    head: int = 0  # its length, once it is there
    length: int | None = 0  # of the body; None is unknown
    expects: bool = False  # the client sends the body when it is told to go on

    @property
    def missing(self) -> int | None:
        return None if self.length is None else self.head + self.length - len(self.data)

    def add(self, more: bytes) -> Progress | Refusal:
        """What has come with these bytes, or the answer to what can be no request."""
        searched = max(0, len(self.data) - len(END))
        self.data += more
        if self.head:
            self.until += len(more) / SLOWEST_BYTES_PER_SECOND
        elif answer := self._read_head(searched):
            return answer
        return self._progress()

    def _read_head(self, searched: int) -> Refusal | None:
        if self.data.startswith(b"\r\n"):
            return MALFORMED
        if len(self.data) > MOST_LINE_BYTES and self.data.find(b"\r\n", 0, MOST_LINE_BYTES) < 0:
            return LONG_ADDRESS
        end = self.data.find(END, searched)
        if max(end, len(self.data) if end < 0 else 0) > MOST_HEAD_BYTES:
            return TOO_LONG
        if end >= 0:
            self.head = end + len(END)
            self.until = time.monotonic() + BODY_SECONDS
            lines = bytes(self.data[: self.head])
            self.expects = bool(EXPECTS.search(lines))
            if found := LENGTH.search(lines):
                self.length = int(found[1])
            if CHUNKED.search(lines):
                self.length = None
        return None

    def _progress(self) -> Progress:
        if not self.head:
            return Progress.PARTLY
        if self.length is None:
            seems_whole = len(self.data) > self.head and self.data.endswith(END)
            is_long = self.expects or seems_whole or len(self.data) >= MOST_BYTES
            return Progress.LONG if is_long else Progress.PARTLY
        if self.missing <= 0:
            return Progress.WHOLE
        is_long = self.expects or len(self.data) >= MOST_BYTES
        return Progress.LONG if is_long else Progress.PARTLY
