"""Cancels a query whose client has gone."""

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

from embedded.clickhouse_engine import Engine, Running


class Watch:
    """One sleeping thread for all clients; the kernel wakes it when one of them hangs up."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.epoll = select.epoll()
        self.watched: dict[int, Running] = {}
        threading.Thread(target=self.run, name="watch", daemon=True).start()

    @contextmanager
    def over(self, running: Running, client: socket | None) -> Iterator[None]:
        """Cancel `running` if `client` hangs up meanwhile."""
        if client is None:
            yield
            return
        number = client.fileno()
        self.watched[number] = running
        self.epoll.register(number, select.EPOLLRDHUP | select.EPOLLONESHOT)
        try:
            yield
        finally:
            self.epoll.unregister(number)
            del self.watched[number]

    def run(self) -> None:
        while True:
            for number, _ in self.epoll.poll():
                if (running := self.watched.get(number)) is not None:
                    threading.Thread(
                        target=self.engine.cancel, args=(running,), daemon=True
                    ).start()
