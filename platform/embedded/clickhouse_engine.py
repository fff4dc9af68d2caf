"""The engine itself: statements in, bytes out, each on a connection of its own.

A connection takes one statement at a time and costs 0.1 ms to open, so every request gets a new
one: nothing that one request sets can reach the next.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chdb import _chdb

from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_errors import engine_error, refusal

# The engine cannot be given a query id, so a statement carries it in a setting that does nothing
# here; KILL QUERY finds it there.
TAG = "send_logs_source_regexp"
# chDB opens `default` with a layer that takes unknown tables for files. The same database,
# attached again under this name, is a plain one.
DEFAULT_UUID = "5ade0000-0000-4000-8000-000000000001"
UNTAGGED = ("", "default", "__default__")


@dataclass(frozen=True)
class Call:
    """What a request asks for besides its statement."""

    query_id: str
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """One statement on its way; cancelled from any thread through its engine."""

    call: Call
    connection: Any
    cancelled: bool = False


@dataclass(frozen=True)
class Answer:
    """A result that is all here, with what the engine counted."""

    data: bytes
    read_rows: int
    read_bytes: int
    written_rows: int
    written_bytes: int
    seconds: float


class Engine:
    """One per process and folder: chDB holds one engine, shared by all its connections."""

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self.limits = limits
        self.target = f"{folder.engine}?config-file={folder.write_config(limits)}"
        self.slots = threading.BoundedSemaphore(limits.running_queries)
        self.running: dict[str, Running] = {}
        self.lock = threading.Lock()
        self.closing = False
        self.control_lock = threading.Lock()
        self.control = run_or_raise(lambda: _chdb.connect(self.target))
        self.command("DETACH DATABASE default")
        self.command(f"ATTACH DATABASE default UUID '{DEFAULT_UUID}' ENGINE = Atomic")
        self.command("USE default")
        self.version = self.command("SELECT version()").decode().strip()

    def command(self, sql: str) -> bytes:
        with self.control_lock:
            return run_or_raise(lambda: self.control.query(sql, "TabSeparated")).bytes()

    @contextmanager
    def statement(self, call: Call) -> Iterator[Running]:
        """A connection for one statement, set up as the request asks; waits for a free slot."""
        if not self.slots.acquire(timeout=self.limits.wait_for_slot_seconds):
            raise refusal(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries.")
        try:
            running = Running(call, run_or_raise(lambda: _chdb.connect(self.target)))
            try:
                self.register(running)
                try:
                    query(running.connection, preparation(call))
                    yield running
                finally:
                    with self.lock:
                        del self.running[call.query_id]
            finally:
                running.connection.close()
        finally:
            self.slots.release()

    def register(self, running: Running) -> None:
        query_id = running.call.query_id
        with self.lock:
            if self.closing:
                raise refusal(394, "QUERY_WAS_CANCELLED", "The server is shutting down.")
            if query_id in self.running:
                raise refusal(
                    216,
                    "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
                    f"Query with id = {query_id[:100]} is already running.",
                )
            self.running[query_id] = running

    def cancel(self, running: Running, patience_seconds: float = 10.0) -> None:
        """Kill a statement, asking again while it has not begun or not noticed yet."""
        running.cancelled = True
        until = time.monotonic() + patience_seconds
        while self.running.get(running.call.query_id) is running and time.monotonic() < until:
            self.command(
                f"KILL QUERY WHERE Settings['{TAG}'] = {quoted(running.call.query_id)} ASYNC"
            )
            time.sleep(0.05)

    def cancel_all(self) -> None:
        """Let nothing begin any more, and end what runs."""
        with self.lock:
            self.closing = True
            running = list(self.running.values())
        if running:
            self.command(f"KILL QUERY WHERE Settings['{TAG}'] != '' ASYNC")

    def close(self) -> None:
        with self.control_lock:
            self.control.close()


def preparation(call: Call) -> str:
    """USE and SET in one go. The engine checks names and values, and has the right errors."""
    settings = {TAG: call.query_id, **call.settings}
    pairs = ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items())
    database = "default" if call.database in UNTAGGED else call.database.replace("`", "``")
    return f"USE `{database}`; SET {pairs}"


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def run_or_raise(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except RuntimeError as error:
        raise engine_error(error) from None


def query(connection: Any, sql: bytes | str, output: str = "TabSeparated", parameters=None) -> Any:
    return run_or_raise(lambda: connection.query(sql, output, params=parameters or {}))


def run(running: Running, sql: bytes, output: str) -> Answer:
    """Run a statement to its end and take the whole result."""
    result = query(running.connection, sql, output, running.call.parameters)
    return Answer(
        data=result.bytes(),
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        seconds=result.elapsed(),
    )


def stream(running: Running, sql: bytes, output: str) -> Iterator[bytes]:
    """The result block by block, for formats whose blocks can simply follow each other."""
    connection = running.connection
    result = run_or_raise(
        lambda: connection.send_query(sql, output, params=running.call.parameters)
    )
    finished = False
    try:
        while True:
            piece = run_or_raise(lambda: connection.streaming_fetch_result(result))
            if piece is None or piece.rows_read() == 0:
                finished = True
                return
            yield piece.bytes()
    except Exception:
        finished = True
        raise
    finally:
        if not finished:
            run_or_raise(lambda: connection.streaming_cancel_query(result))


def insert(running: Running, sql: bytes, input_format: str, data: Iterable[bytes]) -> Answer:
    """Store rows. `data` must be complete: a block that was taken in may be stored at once."""
    connection = running.connection
    if running.call.parameters:
        bound = running.call.parameters.items()
        query(connection, "SET " + ", ".join(f"param_{k} = {quoted(v)}" for k, v in bound))
    inserter = run_or_raise(lambda: connection.send_insert(sql, input_format))
    try:
        for piece in data:
            connection.insert_append(inserter, piece)
    except RuntimeError as error:
        connection.insert_cancel(inserter)
        raise engine_error(error) from None
    result = run_or_raise(lambda: connection.insert_done(inserter))
    return Answer(b"", 0, 0, result.rows_written(), result.bytes_written(), result.elapsed())
