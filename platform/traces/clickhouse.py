"""The one way to ClickHouse: a client per process, queries with bound values, and two kinds of error.

`Unavailable` heals by itself and is worth another try; `Refused` does not, because the statement or the rows are at fault.
"""

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import SplitResult, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver import httputil
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DataError, Error, ProgrammingError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from urllib3.exceptions import HTTPError

CONNECT_TIMEOUT_SECONDS = 3
INSERT_TIMEOUT_SECONDS = 15  # a group of 64 MiB takes under 3 s on 2 cores
MAX_CONNECTIONS = 64  # kept open per process; more threads than that open and close theirs

# What ClickHouse says when the query itself ran into a limit: the same question over less data may do.
LIMIT_CODES = {158, 159, 160, 241, 307, 396}
# What passes without a change of the rows: load, space, network, replication, and a schema or an account not yet in place.
TRANSIENT_CODES = LIMIT_CODES | {
    *(16, 60, 81),  # no such column, table or database: not migrated yet
    *(74, 75, 76, 243, 1001),  # files: cannot be read, written, opened; no space
    *(164, 242),  # read-only
    *(192, 193, 194, 497, 516),  # the account
    *(198, 201, 202, 203, 209, 210, 279),  # names, quota, too many queries, network
    *(225, 254, 285, 286, 289, 319, 341, 369, 415, 416, 533, 574, 999),  # replication
    *(236, 394, 439, 692, 733, 735, 745),  # aborted, cancelled, overloaded
    252,  # too many parts
}
TOO_MANY_PARTITIONS = "partitions for single INSERT block"  # code 252 as well, and the rows' fault


class Unavailable(Exception):
    """ClickHouse cannot do it now: away, overloaded, read-only. Whether an insert took place is unknown."""


class LimitReached(Unavailable):
    """The query ran into its limit of time, memory or rows."""


class Refused(Exception):
    """ClickHouse will not do it, now or later. The text holds no value of a query or row; `rows` are the guilty ones of an insert."""

    def __init__(self, message: str, rows: list | None = None):
        super().__init__(message)
        self.rows = rows or []


_lock = threading.Lock()
_clients: dict[str, Client] = {}


def client(purpose: str = "read") -> Client:
    """This process's client; safe to share between threads, because it has no session.

    Raises Unavailable while nobody answers at CLICKHOUSE_URL; the next call tries again.
    """
    found = _clients.get(purpose)
    if found is None:
        with _lock:
            found = _clients.get(purpose)
            if found is None:
                with errors():
                    found = _clients[purpose] = _connect(purpose)
    return found


def forget_clients() -> None:
    """The next call connects anew, to what CLICKHOUSE_URL then says."""
    global _lock
    _lock = threading.Lock()  # after a fork, the parent's may be held for ever
    _clients.clear()


os.register_at_fork(after_in_child=forget_clients)


def address() -> SplitResult:
    url = urlsplit(settings.CLICKHOUSE_URL)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ImproperlyConfigured(
            "CLICKHOUSE_URL must look like http://user:password@host:8123/database."
        )
    return url


def database() -> str:
    return unquote(address().path.strip("/")) or "default"


def _connect(purpose: str) -> Client:
    url = address()
    seconds = settings.CLICKHOUSE_MAX_EXECUTION_SECONDS
    limits = {"max_execution_time": seconds, "log_comment": "sonde"}
    return clickhouse_connect.get_client(
        interface=url.scheme,
        host=url.hostname,
        port=url.port or (8443 if url.scheme == "https" else 8123),
        username=unquote(url.username or "default"),
        password=unquote(url.password or ""),
        database="default" if purpose == "migrate" else database(),
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        send_receive_timeout=INSERT_TIMEOUT_SECONDS if purpose == "write" else seconds + 5,
        settings={} if purpose == "migrate" else limits,
        autogenerate_session_id=False,  # a session takes one query at a time
        compress=url.hostname not in ("127.0.0.1", "::1", "localhost"),  # not worth it on loopback
        tz_mode="aware",
        show_clickhouse_errors="scrub",
        pool_mgr=httputil.get_pool_manager(maxsize=MAX_CONNECTIONS),
    )


def rows(sql: str, /, *, who: str = "", options: dict | None = None, **params) -> list[dict]:
    """Run a SELECT with server-side bound values: `{name:Type}` in the SQL, name= here.

    Times may be aware datetimes, kept to the microsecond, or `moment(nanoseconds)`. `options` are ClickHouse settings;
    `who` asks, as system.query_log shows it: by default the calling function.
    """
    result = _ask(sql, who or _caller(), options, params)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def columns(
    sql: str, /, *, who: str = "", options: dict | None = None, **params
) -> dict[str, list]:
    """The same, column by column, which is cheaper where there are many rows."""
    result = _ask(sql, who or _caller(), options, params)
    return dict(zip(result.column_names, result.result_columns or [], strict=False))


def command(sql: str, /, *, options: dict | None = None, **params) -> None:
    """Run a statement that answers nothing."""
    with errors():
        client().command(sql, parameters=_bound(params), settings=_settings(_caller(), options))


def insert_native(table: str, names: list[str], body: bytes, *, who: str, options: dict) -> None:
    """Insert a body in ClickHouse's Native format. It is stored when this returns."""
    with errors():
        writer = client("write")
        known = {name: value for name, value in options.items() if name in writer.server_settings}
        writer.raw_insert(
            table, names, iter((body,)), settings=_settings(who, known), fmt="Native"
        )


def _ask(sql: str, who: str, options: dict | None, params: dict):
    with errors():
        return client().query(sql, parameters=_bound(params), settings=_settings(who, options))


def _settings(who: str, options: dict | None) -> dict:
    return {"log_comment": who, **(options or {})}


def _caller() -> str:
    code = sys._getframe(2)
    return f"{code.f_globals.get('__name__', '')}.{code.f_code.co_qualname}"


def moment(nanoseconds: int) -> str:
    """A time to the nanosecond, as a value for `{name:DateTime64(9)}`."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), 1_000_000_000)
    return f"{sign}{seconds}.{rest:09d}"


def _bound(params: dict) -> dict:
    return {name: _value(value) for name, value in params.items()}


def _value(value):
    if isinstance(value, datetime):  # clickhouse-connect would drop what is below the second
        if value.tzinfo is None:
            raise ValueError("Times must be aware.")
        whole = value.astimezone(UTC).replace(microsecond=0)
        return moment(int(whole.timestamp()) * 1_000_000_000 + value.microsecond * 1000)
    return value


@contextmanager
def errors() -> Iterator[None]:
    """Turn what clickhouse-connect raises into Unavailable or Refused."""
    try:
        yield
    except Error as error:
        raise _classified(error) from None
    except (HTTPError, OSError) as error:
        raise Unavailable(f"ClickHouse does not answer: {type(error).__name__}.") from None


def _classified(error: Error) -> Exception:
    text = str(error)
    said = f"ClickHouse said {error.name or 'an error'} (code {error.code}): {_masked(text)}"
    if error.code is None and not isinstance(error, (ProgrammingError, DataError)):
        return Unavailable("ClickHouse does not answer.")
    if error.code in LIMIT_CODES:
        return LimitReached(said)
    if error.code in TRANSIENT_CODES and TOO_MANY_PARTITIONS not in text:
        return Unavailable(said)
    return Refused(said)


def _masked(text: str) -> str:
    """Without what stands in quotes: it may be a value, and this text ends up in logs."""
    return re.sub(r"'(?:[^'\\]|\\.)*'?", "'…'", text)[:600]
