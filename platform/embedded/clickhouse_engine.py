"""The engine itself: statements in, bytes out, several at once."""

import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_connections import (
    TAG,
    Connection,
    Connections,
    Session,
    query,
    quoted,
    run_or_raise,
)
from embedded.clickhouse_errors import refusal

# chDB opens `default` with a layer that takes unknown tables for files. The same database,
# attached again under this name, is a plain one.
DEFAULT_UUID = "5ade0000-0000-4000-8000-000000000001"
KILL_BY_ID = re.compile(rb"(?is)^\s*KILL\s+QUERY\s+WHERE\s+query_id\s*=\s*'([^'\\]*)'(?=\s|;|$)")


@dataclass(frozen=True)
class Call:
    """What a request asks for besides its statement."""

    query_id: str
    session: Session
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """One statement on its way; cancelled from any thread through its engine."""

    call: Call
    connection: Connection


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
        self.connections = Connections(f"{folder.engine}?config-file={folder.write_config(limits)}")
        self.slots = threading.BoundedSemaphore(limits.running_queries)
        self.running: dict[str, Running] = {}
        self.lock = threading.Lock()
        self.closing = False
        self.control_lock = threading.Lock()
        # Left from the run before, it keeps the engine from attaching the database again.
        (folder.engine / "metadata" / "default.sql").unlink(missing_ok=True)
        self.control = self.connections.open()
        self.command("DETACH DATABASE default")
        self.command(f"ATTACH DATABASE default UUID '{DEFAULT_UUID}' ENGINE = Atomic")
        self.command("USE default")
        self.version = self.command("SELECT version()").decode().strip()

    def command(self, sql: str) -> bytes:
        with self.control_lock:
            return query(self.control, sql).bytes()

    @contextmanager
    def statement(self, call: Call) -> Iterator[Running]:
        """A connection for one statement, set up as the request asks; waits for a free slot."""
        if not self.slots.acquire(timeout=self.limits.wait_for_slot_seconds):
            raise refusal(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries.")
        try:
            running = Running(call, self.connections.take(call.session))
            try:
                self.register(running)
                try:
                    yield running
                except BaseException:
                    running.connection.is_clean = False
                    raise
                finally:
                    with self.lock:
                        del self.running[call.query_id]
            finally:
                self.connections.give_back(running.connection)
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

    def claim_for_killing(self, query_id: str) -> Running | None:
        """The statement, if it still runs. Its connection will not be used again, so that a KILL
        which comes too late hits nobody else."""
        with self.lock:
            running = self.running.get(query_id)
            if running is not None:
                running.connection.is_clean = False
            return running

    def cancel(self, running: Running, patience_seconds: float = 10.0) -> None:
        """Kill a statement, asking again while it has not begun or not noticed yet."""
        until = time.monotonic() + patience_seconds
        while self.claim_for_killing(running.call.query_id) is running:
            self.command(f"KILL QUERY WHERE {tag_is(running)} ASYNC")
            if time.monotonic() > until:
                return
            time.sleep(0.05)

    def with_own_ids(self, sql: bytes) -> bytes:
        """`KILL QUERY WHERE query_id = '…'` in terms that the engine knows."""
        if (found := KILL_BY_ID.match(sql)) is None:
            return sql
        running = self.claim_for_killing(found[1].decode(errors="surrogateescape"))
        condition = tag_is(running) if running else "0"
        return f"KILL QUERY WHERE {condition}".encode() + sql[found.end() :]

    def cancel_all(self) -> None:
        """Let nothing begin any more, and end what runs."""
        with self.lock:
            self.closing = True
            is_busy = bool(self.running)
        if is_busy:
            self.command(f"KILL QUERY WHERE Settings['{TAG}'] != '' ASYNC")

    def close(self) -> None:
        self.connections.close()
        with self.control_lock:
            self.control.close()


def tag_is(running: Running) -> str:
    return f"Settings['{TAG}'] = {quoted(running.connection.tag)}"


def run(running: Running, sql: bytes, output: str) -> Answer:
    """Run a statement to its end and take the whole result."""
    result = query(running.connection.raw, sql, output, running.call.parameters)
    return Answer(
        data=result.bytes(),
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        seconds=result.elapsed(),
    )


def stream(running: Running, sql: bytes, output: str) -> Generator[bytes, None, None]:
    """The result block by block, for formats whose blocks can simply follow each other."""
    connection = running.connection.raw
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
