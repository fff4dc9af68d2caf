"""A connection that keeps no thread for ever, neither by sending slowly nor by not listening."""

import errno
import socket
import time
from collections.abc import Callable
from typing import Any

from config.arriving import SLOWEST_BYTES_PER_SECOND

ANSWER_SECONDS = 60.0  # for a client that does not take its answer


class TooSlow(ConnectionResetError):
    """The client had its time. To gunicorn it has gone away, which is nothing to log."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the client is too slow")


class PatientSocket(socket.socket):
    """A blocking socket whose patience ends."""

    until = 0.0
    head = b""  # of the request that a thread has
    missing: int | None = 0  # of the request's body; None is unknown
    when_whole: Callable[[], None] | None = None

    def setblocking(self, flag: bool) -> None:
        self.settimeout(ANSWER_SECONDS if flag else 0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.gettimeout() == 0:
            return super().recv(size, flags)  # the loop's, which never waits
        left = self.until - time.monotonic()
        if left <= 0:
            raise TooSlow
        self.settimeout(left)
        try:
            data = super().recv(size, flags)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.settimeout(ANSWER_SECONDS)
        self.until += len(data) / SLOWEST_BYTES_PER_SECOND
        if self.missing is not None:
            self.missing -= len(data)
            if self.missing <= 0 and self.when_whole is not None:
                self.when_whole()
        return data

    def sendall(self, *what: Any, **how: Any) -> None:
        try:
            super().sendall(*what, **how)
        except TimeoutError:
            raise TooSlow from None

    def sendfile(self, *what: Any, **where: Any) -> int:
        try:
            return super().sendfile(*what, **where)
        except TimeoutError:
            raise TooSlow from None
