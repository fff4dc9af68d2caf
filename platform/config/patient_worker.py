"""gunicorn's thread worker for whoever comes: a thread is for a request that has arrived.

The loop gathers what clients send. A small request gets a thread when all of it is there; one whose
body is long, or of unknown length, gets one of half the threads, which it cannot hold for ever.
"""

import errno
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

from config import environment as env
from config import refused
from config.arriving import (
    MALFORMED,
    MOST_HEAD_BYTES,
    TOO_BUSY,
    TOO_LONG,
    TOO_MANY,
    TOO_SLOW,
    Arriving,
    Progress,
    Refusal,
)
from config.log import WithoutTokens
from config.patient_socket import PatientSocket
from ingest import seldom

# A proxy speaks for many people.
MOST_UNFINISHED_PER_ADDRESS = (
    0 if env.flag("SONDE_TRUST_PROXY") else env.number("SONDE_WEB_UNFINISHED_PER_ADDRESS", 200)
)
BODY_SECONDS = 30.0  # ingest, which says so in words, is less patient (ingest.bodies)
TURN_SECONDS = 10.0  # of waiting for a thread that takes long bodies
LINGER_SECONDS = 2.0
MOST_LINGERING = 256
LOOK_EVERY_SECONDS = 0.5
READ_BYTES = 64 * 1024
NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)
OUR_OWN_FAULT = (InvalidResponseHeader, InvalidResponseHeaderName)


class Connection(TConn):
    """What one client has open; `arriving` is the request that is not yet a thread's."""

    def __init__(self, worker: "PatientWorker", client: PatientSocket, address: Any, server: Any):
        super().__init__(worker.cfg, client, address, server)
        self.worker = worker
        self.parser = http.get_parser(self.cfg, client, address)
        self.initialized = self.data_ready = True
        self.arriving = Arriving()
        self.is_counted = False
        self.has_turn = False

    def close(self, graceful: bool = False) -> None:
        """Called by the loop, which must not wait for a client to close its end."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class PatientWorker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unfinished: Counter[str] = Counter()  # requests, by address
        self.gathering: set[Connection] = set()
        self.queue: deque[Connection] = deque()  # for a turn with a long body
        self.turns = max(1, self.cfg.threads // 2)
        self.lingering: dict[Connection, float] = {}
        self.look_at = 0.0

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi = closing_what_is_unread(self.wsgi)

    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in NO_MORE_FILES:
                raise
            return
        client = PatientSocket(fileno=accepted.detach())
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self.keepalived_conns:
            self.keepalived_conns[0].timeout = 0.0  # idle for longest: makes room
        self.enqueue_req(Connection(self, client, address, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """A connection whose next request may begin: gather it."""
        conn.sock.setblocking(False)
        conn.arriving = Arriving()
        self.gathering.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_arriving, conn))
        address = str(conn.client[0])
        self.unfinished[address] += 1
        conn.is_counted = True
        if 0 < MOST_UNFINISHED_PER_ADDRESS < self.unfinished[address]:
            self.refuse(conn, TOO_MANY)
        elif ahead := conn.parser.unreader.take_buffered():
            self.add(conn, ahead)

    def on_arriving(self, conn: Connection, client: PatientSocket) -> None:
        try:
            data = client.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.add(conn, data)
        else:
            self.drop(conn)

    def add(self, conn: Connection, data: bytes) -> None:
        progress = conn.arriving.add(data)
        if isinstance(progress, Refusal):
            self.refuse(conn, progress)
        elif progress is not Progress.PARTLY:
            self.forget(conn)
            if progress is Progress.WHOLE:
                self.finished(conn)
                self.hand_over(conn)
            elif self.turns:
                self.take_turn(conn)
            else:
                conn.arriving.until = time.monotonic() + TURN_SECONDS
                self.queue.append(conn)

    def take_turn(self, conn: Connection) -> None:
        self.turns -= 1
        conn.has_turn = True
        conn.sock.until = time.monotonic() + BODY_SECONDS
        conn.sock.when_whole = partial(self.method_queue.defer, self.finished, conn)
        self.hand_over(conn)

    def hand_over(self, conn: Connection) -> None:
        """To a thread, which waits for bytes only where a turn was taken."""
        conn.sock.missing = conn.arriving.missing
        conn.sock.head = bytes(conn.arriving.data[: conn.arriving.head])
        conn.parser.unreader.unread(bytes(conn.arriving.data))
        conn.arriving = Arriving()
        super().enqueue_req(conn)

    def finished(self, conn: Connection) -> None:
        """All of the request is here, or none of it will be read any more."""
        conn.sock.when_whole = None
        if conn.is_counted:
            conn.is_counted = False
            self.unfinished[str(conn.client[0])] -= 1
            self.unfinished += Counter()  # without those at nought
        if conn.has_turn:
            conn.has_turn = False
            self.turns += 1
            if self.queue:
                self.take_turn(self.queue.popleft())

    def finish_request(self, conn: Connection, fs: Any) -> None:
        self.finished(conn)
        conn.sock.until = 0.0
        super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: PatientSocket, addr: Any, exc: Exception) -> None:
        """What gunicorn cannot read is refused in the words of its door, and without quoting it:
        a header may be a key."""
        if not isinstance(exc, ParseException) or isinstance(exc, OUR_OWN_FAULT):
            super().handle_error(req, client, addr, exc)
            return
        refusal = TOO_LONG if isinstance(exc, LimitRequestHeaders) else MALFORMED
        seldom.warn("request_refused", kind=type(exc).__name__, status=refusal.status)
        with suppress(OSError):
            client.sendall(refused.answer(refusal, client.head))

    def refuse(self, conn: Connection, refusal: Refusal) -> None:
        with suppress(OSError):
            conn.sock.send(refused.answer(refusal, bytes(conn.arriving.data[:MOST_HEAD_BYTES])))
        self.forget(conn)
        self.finished(conn)
        self.nr_conns -= 1
        self.linger(conn)

    def drop(self, conn: Connection) -> None:
        self.forget(conn)
        self.finished(conn)
        self.nr_conns -= 1
        conn.close()

    def forget(self, conn: Connection) -> None:
        if conn in self.gathering:
            self.gathering.discard(conn)
            self.poller.unregister(conn.sock)

    def linger(self, conn: Connection) -> None:
        """Half-close, and read what still comes: closed at once, the client may lose its answer."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            if len(self.lingering) >= MOST_LINGERING or not self.alive:
                raise OSError
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_last_bytes, conn))
        except OSError:
            conn.close()
        else:
            self.lingering[conn] = time.monotonic() + LINGER_SECONDS

    def on_last_bytes(self, conn: Connection, client: PatientSocket) -> None:
        with suppress(BlockingIOError):
            try:
                data = client.recv(READ_BYTES)
            except ConnectionError:
                data = b""
            if not data:
                self.end(conn)

    def end(self, conn: Connection) -> None:
        del self.lingering[conn]
        self.poller.unregister(conn.sock)
        conn.close()

    def murder_pending(self) -> None:
        """Called at every turn of the loop: end what has had its time."""
        now = time.monotonic()
        if now < self.look_at:
            return
        self.look_at = now + LOOK_EVERY_SECONDS
        for conn in [conn for conn in self.gathering if conn.arriving.until < now]:
            if conn.arriving.data:
                self.refuse(conn, TOO_SLOW)
            else:
                self.drop(conn)
        while self.queue and self.queue[0].arriving.until < now:
            self.refuse(self.queue.popleft(), TOO_BUSY)
        for conn in [conn for conn, until in self.lingering.items() if until < now]:
            self.end(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """A stopping worker waits for nobody who has said nothing."""
        super()._cap_keepalive(deadline)
        for conn in list(self.gathering):
            if not conn.arriving.data:
                self.drop(conn)
            conn.arriving.until = min(conn.arriving.until, deadline)


class WebLogger(Logger):
    """gunicorn's log, in which no address gives a permission away."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(WithoutTokens(self.error_fmt, self.datefmt))
        for handler in self.access_log.handlers:
            handler.setFormatter(WithoutTokens(self.access_fmt))


def closing_what_is_unread(application: Callable) -> Callable:
    """The application; after a request whose body nobody read, its connection takes no other."""

    def answer(environ: dict, start_response: Any) -> Any:
        answered = application(environ, start_response)
        missing = environ["gunicorn.socket"].missing
        if missing is None:
            missing = int(environ["wsgi.input"].reader.parser is not None)  # chunks are left
        if missing > 0:
            start_response.__self__.force_close()
        return answered

    return answer
