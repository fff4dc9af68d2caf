"""The one way to ClickHouse: a client per process, bound values, the schema and its ledger."""

import hashlib
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from urllib.parse import SplitResult, unquote, urlsplit

import clickhouse_connect
import lz4.frame
from clickhouse_connect.driver import httputil
from clickhouse_connect.driver.client import Client
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from traces import locks
from traces.errors import LimitReached, Refused, Unavailable, errors
from traces.presence import Presence

__all__ = ["LimitReached", "Refused", "Unavailable", "client", "columns", "migrate", "rows"]

CONNECT_TIMEOUT_SECONDS = 3
TIMEOUT_SECONDS = {
    "write": 5,  # senders give up after ten; a group of 32 MiB takes under 2 s on 2 cores
    "patient write": 90,
    "ping": 2,
    "migrate": 120,
}
MOST_WRITE_SECONDS = 30  # on the server, for which a sender has long stopped waiting
MAX_CONNECTIONS = 64  # kept open per process; more threads than that open and close theirs

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SCHEMA = Path(__file__).parent / "schema"
CLUSTER_ONLY = "-- cluster only"
LEDGER = """
CREATE TABLE IF NOT EXISTS schema_ledger ${on_cluster}
(
    name String,
    digest String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replicated}ReplacingMergeTree(applied_at) ORDER BY name
"""

_locks: dict[tuple, threading.Lock] = defaultdict(threading.Lock)
_clients: dict[tuple, Client] = {}


def client(purpose: str = "read", seconds: float | None = None) -> Client:
    """This process's client for queries of so many seconds; it has no session, so threads share it.

    Raises Unavailable while nobody answers at CLICKHOUSE_URL; the next call tries again.
    """
    key = purpose, seconds or settings.CLICKHOUSE_MAX_EXECUTION_SECONDS
    if (found := _clients.get(key)) is None:
        others_are_at_it = _locks[key].locked()
        with _locks[key]:
            if (found := _clients.get(key)) is None:
                if others_are_at_it:  # in vain: do not wait as long again
                    raise Unavailable("ClickHouse does not answer.")
                with errors():
                    found = _clients[key] = _connect(*key)
    return found


def forget_clients() -> None:
    """The next call connects anew, to what CLICKHOUSE_URL then says."""
    global _presence
    _locks.clear()  # after a fork, the parent's may be held for ever
    _clients.clear()
    _presence = Presence(ping, settings.CLICKHOUSE_MOST_READS)


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


def _is_near() -> bool:
    """On this machine bytes cost less than their compression."""
    return address().hostname in LOOPBACK


def _connect(purpose: str, seconds: float) -> Client:
    url = address()
    most = seconds if purpose == "read" else MOST_WRITE_SECONDS
    limits = {"max_execution_time": most, "log_comment": "sonde"}
    return clickhouse_connect.get_client(
        interface=url.scheme,
        host=url.hostname,
        port=url.port or (8443 if url.scheme == "https" else 8123),
        username=unquote(url.username or "default"),
        password=unquote(url.password or ""),
        database="default" if purpose == "migrate" else database(),
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        send_receive_timeout=TIMEOUT_SECONDS.get(purpose, seconds + 2),
        settings={} if purpose == "migrate" else limits,
        autogenerate_session_id=False,  # a session takes one query at a time
        compress=not _is_near(),
        tz_mode="aware",
        show_clickhouse_errors="scrub",
        pool_mgr=httputil.get_pool_manager(maxsize=MAX_CONNECTIONS),
    )


_is_patient: ContextVar[bool] = ContextVar("is_patient", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Inside, a write may take as long as ClickHouse needs, since no sender waits for it."""
    token = _is_patient.set(True)
    try:
        yield
    finally:
        _is_patient.reset(token)


def write_purpose() -> str:
    return "patient write" if _is_patient.get() else "write"


def rows(
    sql: str,
    /,
    *,
    who: str = "",
    options: dict | None = None,
    purpose: str = "read",
    **params,
) -> list[dict]:
    """Run a SELECT with server-side bound values: `{name:Type}` in the SQL, name= here.

    Times may be aware datetimes, kept to the microsecond, or `moment(nanoseconds)`. `options` are
    ClickHouse settings; `who` asks, as system.query_log shows it: by default the calling function.
    """
    result = _ask(sql, who or _caller(), options, params, purpose)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def columns(
    sql: str, /, *, who: str = "", options: dict | None = None, **params
) -> dict[str, list]:
    """The same, column by column, which is cheaper where there are many rows."""
    result = _ask(sql, who or _caller(), options, params)
    named = zip(result.column_names, result.result_columns or [], strict=False)
    return defaultdict(list, named)  # a result without rows has no columns either


def command(sql: str, /, *, options: dict | None = None, **params) -> None:
    """Run a statement that answers nothing."""
    with errors():
        client().command(sql, parameters=_bound(params), settings=_settings(_caller(), options))


def ping() -> None:
    """Returns if ClickHouse answers at once; raises Unavailable."""
    with errors():
        client("ping").command("SELECT 1")


_presence = Presence(ping, settings.CLICKHOUSE_MOST_READS)


def insert_native(table: str, names: list[str], body: bytes, *, who: str, options: dict) -> None:
    """Insert a body in ClickHouse's Native format. It is stored when this returns."""
    with _presence.doubting(), errors():
        writer = client(write_purpose())
        known = {name: value for name, value in options.items() if name in writer.server_settings}
        body, compression = (body, None) if _is_near() else (lz4.frame.compress(body), "lz4")
        writer.raw_insert(
            table,
            names,
            (part for part in (body,)),  # bytes would be sent twice if the answer got lost
            settings=_settings(who, known),
            fmt="Native",
            compression=compression,
        )


def _ask(sql: str, who: str, options: dict | None, params: dict, purpose: str = "read"):
    seconds = (options or {}).get("max_execution_time") if purpose == "read" else None
    with (
        _presence.reading() if purpose == "read" else nullcontext(),
        _presence.doubting(),
        errors(),
    ):
        return client(purpose, seconds).query(
            sql, parameters=_bound(params), settings=_settings(who, options)
        )


def _settings(who: str, options: dict | None) -> dict:
    return {"log_comment": who, **(options or {})}


def _caller() -> str:
    code = sys._getframe(2)
    return f"{code.f_globals.get('__name__', '')}.{code.f_code.co_qualname}"


def moment(nanoseconds: int) -> str:
    """A time to the nanosecond, as a value for `{name:DateTime64(9)}`. Nothing is before 1970."""
    seconds, rest = divmod(max(nanoseconds, 0), 1_000_000_000)
    return f"{seconds}.{rest:09d}"


def _bound(params: dict) -> dict:
    return {name: _value(value) for name, value in params.items()}


def _value(value):
    if isinstance(value, datetime):  # clickhouse-connect would drop what is below the second
        if value.tzinfo is None:
            raise ValueError("Times must be aware.")
        whole = value.astimezone(UTC).replace(microsecond=0)
        return moment(int(whole.timestamp()) * 1_000_000_000 + value.microsecond * 1000)
    return value


def migrate() -> list[str]:
    """Bring the schema up to date, and say which files that took. Two at once do not race."""
    with locks.named_lock("schema"), errors():
        admin = _connect("migrate", 0)
        try:
            return _migrated(admin)
        finally:
            admin.close()


def _migrated(admin: Client) -> list[str]:
    names = schema_names()
    known = {n: 1 for n in ("enable_full_text_index",) if n in admin.server_settings}
    admin.command(
        Template("CREATE DATABASE IF NOT EXISTS ${database} ${on_cluster}").substitute(names)
    )
    admin.database = database()
    admin.command(Template(LEDGER).substitute(names))
    ledger = admin.query("SELECT name, digest FROM schema_ledger").result_rows
    done: dict[str, str] = dict(map(tuple, ledger))
    applied = []
    for path in sorted(SCHEMA.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        if done.get(path.name, digest) != digest:
            raise ImproperlyConfigured(
                f"{path.name} was applied to this ClickHouse in another form."
            )
        if path.name not in done:
            for statement in statements(text, names):
                admin.command(statement, settings=known)
            admin.insert("schema_ledger", [[path.name, digest]], ["name", "digest"])
            applied.append(path.name)
    return applied


def schema_names() -> dict[str, str]:
    """What the schema's files leave open, so that they serve one server and a cluster alike."""
    cluster = settings.CLICKHOUSE_CLUSTER
    return {
        "cluster": quoted(cluster),
        "database": quoted(database()),
        "on_cluster": f"ON CLUSTER {quoted(cluster)}" if cluster else "",
        "replicated": "Replicated" if cluster else "",
        "fsync": "0" if cluster else "1",  # one server holds the only copy
        "spans": "spans_local" if cluster else "spans",
        "scores": "scores_local" if cluster else "scores",
    }


def statements(text: str, names: dict[str, str]) -> list[str]:
    """A schema file's statements, filled in; a cluster's own only where there is one."""
    parts = [part.strip() for part in text.split(";\n")]
    return [
        Template(part).substitute(names)
        for part in parts
        if part and (names["on_cluster"] or not part.startswith(CLUSTER_ONLY))
    ]


def quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
