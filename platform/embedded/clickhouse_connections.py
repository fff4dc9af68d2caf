"""Connections to the engine, kept for the next request that wants the very same settings."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chdb import _chdb  # its stubs do not know connect()

from embedded.clickhouse_config import READER
from embedded.clickhouse_errors import engine_error

MAX_IDLE = 64
# The engine cannot be given a query id. A connection carries a name of its own in a setting that
# does nothing here, and KILL QUERY finds its statement by that.
TAG = "send_logs_source_regexp"


@dataclass(frozen=True)
class Session:
    """The state that a request's statement runs in."""

    database: str = "default"
    settings: tuple[tuple[str, str], ...] = ()


@dataclass
class Connection:
    """Takes one statement at a time."""

    raw: Any
    session: Session
    tag: str
    # Whether the next request may have it: not once a statement was killed or changed its state.
    is_clean: bool = True


@dataclass
class Connections:
    """Opening one and setting it up costs as much as a small query, so idle ones are kept."""

    target: str
    idle: OrderedDict[int, Connection] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: itertools.count = field(default_factory=itertools.count)

    def take(self, session: Session) -> Connection:
        """Raises ClickHouseError when the engine does not know the database or a setting."""
        with self.lock:
            for key in reversed(self.idle):
                if self.idle[key].session == session:
                    return self.idle.pop(key)
        connection = Connection(self.open(), session, f"connection {next(self.numbers)}")
        try:
            query(connection.raw, preparation(connection))
        except BaseException:
            connection.raw.close()
            raise
        return connection

    def open(self) -> Any:
        return run_or_raise(lambda: _chdb.connect(self.target))  # type: ignore[attr-defined]

    def give_back(self, connection: Connection) -> None:
        surplus: list[Connection] = []
        with self.lock:
            if connection.is_clean:
                self.idle[id(connection)] = connection
                if len(self.idle) > MAX_IDLE:
                    surplus.append(self.idle.popitem(last=False)[1])
            else:
                surplus.append(connection)
        for one in surplus:
            one.raw.close()

    def close(self) -> None:
        with self.lock:
            while self.idle:
                self.idle.popitem()[1].raw.close()


def preparation(connection: Connection) -> str:
    """USE and SET in one go. The engine checks names and values, and has the right errors."""
    settings = [(TAG, connection.tag), *connection.session.settings]
    pairs = ", ".join(f"{name} = {quoted(value)}" for name, value in settings)
    role = f"SET ROLE {READER}; " if ("readonly", "1") in settings else ""
    return f"USE {quoted_name(connection.session.database)}; {role}SET {pairs}"


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted_name(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def query(raw: Any, sql: bytes | str, output: str = "TabSeparated", parameters: Any = None) -> Any:
    return run_or_raise(lambda: raw.query(sql, output, params=parameters or {}))


def run_or_raise(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except RuntimeError as error:
        raise engine_error(error) from None
