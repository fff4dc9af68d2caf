"""One writer per trace at a time: partial rows are read, merged and written back under these.

256 stripes, each a thread lock of this process and a file lock of this host. With web processes on
several hosts, SONDE_INGEST_TRACE_LOCKS=postgres takes advisory locks there instead. The operating
system (or Postgres) frees what a killed process held. Stripes are taken in ascending order, so two
requests never wait for each other.
"""

import fcntl
import os
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction

from traces.errors import Locked

STRIPES = 256
WAIT_SECONDS = 10
POSTGRES_CLASS = 0x50D3  # the first half of our advisory locks' keys
SCHEMA_STRIPE = STRIPES  # after those of the traces

_in_process = [threading.Lock() for _ in range(STRIPES + 1)]


def _fresh_locks() -> None:
    _in_process[:] = [threading.Lock() for _ in range(STRIPES + 1)]


os.register_at_fork(after_in_child=_fresh_locks)  # a thread that held one is not in the child


@contextmanager
def trace_locks(project_id: str, trace_ids: Iterable[str]) -> Iterator[None]:
    """Nobody else changes these traces' partial rows inside. Locked after 10 s of waiting."""
    stripes = {zlib.crc32(f"{project_id}\0{trace_id}".encode()) % STRIPES for trace_id in trace_ids}
    with _held(sorted(stripes)):
        yield


@contextmanager
def named_lock(name: str) -> Iterator[None]:
    """The one lock beside those of traces; `schema` keeps two migrations apart."""
    if name != "schema":
        raise ValueError(f"There is no lock named {name}.")
    with _held([SCHEMA_STRIPE]):
        yield


@contextmanager
def _held(stripes: list[int]) -> Iterator[None]:
    deadline = time.monotonic() + WAIT_SECONDS
    with ExitStack() as stack:
        if settings.INGEST_TRACE_LOCKS == "postgres":
            stack.enter_context(_postgres_locks(stripes))
        else:
            for stripe in stripes:
                stack.enter_context(_file_lock(stripe, deadline))
        yield


@contextmanager
def _file_lock(stripe: int, deadline: float) -> Iterator[None]:
    mine = _in_process[stripe]
    if not mine.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise Locked("Another request of this process has held a trace for too long.")
    try:
        file = os.open(_folder() / f"{stripe:03}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            _flock(file, deadline)
            yield
        finally:
            os.close(file)  # frees the lock
    finally:
        mine.release()


def _flock(file: int, deadline: float) -> None:
    """A blocking flock knows no time-out, and a stopped process must not stop all others."""
    pause = 0.001
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Locked("Another process has held a trace for too long.") from None
            time.sleep(pause)
            pause = min(pause * 2, 0.02)


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _postgres_locks(stripes: list[int]) -> Iterator[None]:
    """Held until the transaction ends, so that a pooler in transaction mode keeps them too."""
    with ExitStack() as stack:
        try:
            stack.enter_context(transaction.atomic())
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
                for stripe in stripes:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [POSTGRES_CLASS, stripe])
        except OperationalError as error:
            raise Locked(f"No lock from Postgres: {type(error).__name__}.") from None
        yield
