"""gunicorn, set up for the embedded ClickHouse: one worker process, many threads, quick to stop."""

import fcntl
import os
import selectors
import socket
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_errors import ClickHouseError
from embedded.clickhouse_sandbox import confine

THREADS = 48
CONNECTIONS = 512
KEEP_ALIVE_SECONDS = 60
SOCKET_SECONDS = 60.0
STOP_SECONDS = 1
CLAIM_SECONDS = 5.0


class PatientSocket(socket.socket):
    """A blocking socket whose patience ends: nobody holds a thread by saying nothing."""

    def setblocking(self, flag: bool) -> None:
        self.settimeout(SOCKET_SECONDS if flag else 0)


class Worker(ThreadWorker):
    """A thread is for a client that has begun to speak; stopping does not wait for queries."""

    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        client = PatientSocket(fileno=accepted.detach())
        connection = TConn(self.cfg, client, address, listener.getsockname())
        connection.set_timeout()
        self.nr_conns += 1
        self.pending_conns.append(connection)
        ready = partial(self.on_pending_socket_readable, connection)
        self.poller.register(client, selectors.EVENT_READ, ready)

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if self.wsgi is not None:
            threading.Thread(target=self.wsgi.engine.cancel_all, daemon=True).start()

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(0.0)


class Problems(Logger):
    """What gunicorn has to complain about: a line each, without tracebacks, which hold data."""

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        report(msg % args if args else msg)

    critical = error

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        kind = sys.exc_info()[0]
        if kind is None or not issubclass(kind, TimeoutError):
            self.error(f"{msg} (%s)", *args, kind.__name__ if kind else "unknown")


class Server(BaseApplication):
    def __init__(self, folder: Folder, limits: Limits, port: int) -> None:
        self.folder = folder
        self.limits = limits
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"127.0.0.1:{self.port}",
            "workers": 1,
            "threads": THREADS,
            "worker_class": f"{__name__}.Worker",
            "worker_connections": CONNECTIONS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "timeout": 0,
            "graceful_timeout": STOP_SECONDS,
            "limit_request_line": 0,
            "limit_request_field_size": 65536,
            "loglevel": "error",
            "logger_class": Problems,
            "control_socket_disable": True,
            "worker_tmp_dir": str(self.folder.spool),
            "post_fork": lambda arbiter, worker: confine_worker(self.folder),
            "worker_exit": lambda arbiter, worker: close_engine(worker),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Runs in the worker: the engine must not be opened before the fork."""
        from embedded.clickhouse_engine import Engine
        from embedded.clickhouse_http import Application

        password = self.folder.password.read_text()
        try:
            engine = Engine(self.folder, self.limits)
        except ClickHouseError as error:
            report(f"the engine does not start: {error}")
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
        return Application(engine, self.folder, self.limits, password)


def serve(folder: Folder, limits: Limits, port: int) -> None:
    """Serve until SIGTERM. Does not return."""
    if "?" in str(folder.path):
        sys.exit(f"clickhouse: the engine cannot use a folder with a ? in its path: {folder.path}")
    folder.prepare()
    if password := os.environ.get("SONDE_CLICKHOUSE_PASSWORD"):
        folder.keep_password(password)
    if not folder.password.exists():
        sys.exit(f"clickhouse: set SONDE_CLICKHOUSE_PASSWORD: {folder.path} has no password yet")
    with folder.lock.open("a+") as lock:
        claim(lock, folder.path)
        folder.clear_spool()
        Server(folder, limits, port).run()


def claim(lock: TextIO, path: Path) -> None:
    """Hold the folder for as long as this process or its worker lives; the kernel lets go then.

    A worker whose parent was killed needs a moment to notice, so a claim waits for a while.
    """
    until = time.monotonic() + CLAIM_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(0.1)
                continue
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            sys.exit(f"clickhouse: another server (process {holder}) already uses {path}")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return


def confine_worker(folder: Folder) -> None:
    os.environ["TMPDIR"] = str(folder.spool)  # the engine makes a folder there
    if not confine(folder.path):
        report("this kernel has no Landlock 3: only the statement reader keeps files away")


def close_engine(worker: Any) -> None:
    """Last thing in the worker's life. Rows are safe without it, so it does not wait for long."""
    if worker.wsgi is not None:
        closing = threading.Thread(target=worker.wsgi.engine.close, daemon=True)
        closing.start()
        closing.join(STOP_SECONDS)
        os._exit(0)  # an interpreter's usual end would wait for every thread


def report(text: str) -> None:
    """One line for a problem; never what a client sent."""
    print(f"clickhouse: {text}", file=sys.stderr, flush=True)
