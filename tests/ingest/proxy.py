"""A TCP proxy in front of an engine, which fails the way networks and stopped servers do."""

import socket
import threading
from contextlib import suppress
from enum import Enum


class Fault(Enum):
    NONE = "none"
    REFUSE = "refuse"  # connections are closed at once
    HANG = "hang"  # connections are taken, and nothing ever comes back
    CUT_ANSWERS = (
        "cut answers"  # the server hears everything, the client is cut off before it hears
    )


class Proxy:
    """Listens on 127.0.0.1:`port`. `fault` may be changed at any time, open connections or not."""

    def __init__(self, host: str, port: int) -> None:
        self.fault = Fault.NONE
        self.taken = 0  # connections
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End every connection that is open."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.taken += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self.fault is Fault.REFUSE:
            client.close()
            return
        with client, socket.create_connection(self._target) as server:
            self._open |= {client, server}
            there = threading.Thread(target=self._pump, args=(client, server, False), daemon=True)
            there.start()
            self._pump(server, client, True)
            there.join()
            self._open -= {client, server}

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.fault is Fault.CUT_ANSWERS:
                    break
                if self.fault is Fault.HANG:
                    continue
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
