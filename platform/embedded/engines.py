"""The three engines that Sonde brings along: where each listens, and how it is started."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.probe import free_port, http_get, is_free
from embedded.supervisor import Service

HOST = "127.0.0.1"

# The variable that names a server of one's own, in place of the engine.
ENGINE_OF = {"DATABASE_URL": "postgres", "CLICKHOUSE_URL": "clickhouse", "VALKEY_URL": "valkey"}


@dataclass(frozen=True)
class Passwords:
    postgres: str
    postgres_superuser: str
    clickhouse: str
    valkey: str


def choose_ports(remembered: Mapping[str, int]) -> dict[str, int]:
    """A free port for each engine: the one it had before, unless somebody took it meanwhile."""
    ports: dict[str, int] = {}
    for engine in ENGINE_OF.values():
        port = remembered.get(engine, 0)
        ports[engine] = port if port and is_free(HOST, port) else free_port(HOST)
    return ports


def urls(names: Iterable[str], ports: Mapping[str, int], passwords: Passwords) -> dict[str, str]:
    """The value of each variable in `names` for the engine behind it."""
    postgres, clickhouse, valkey = (ports[engine] for engine in ENGINE_OF.values())
    known = {
        "DATABASE_URL": f"postgres://sonde:{passwords.postgres}@{HOST}:{postgres}/sonde",
        "CLICKHOUSE_URL": f"http://default:{passwords.clickhouse}@{HOST}:{clickhouse}/sonde",
        "VALKEY_URL": f"redis://:{passwords.valkey}@{HOST}:{valkey}/0",
    }
    return {name: known[name] for name in names}


def services(
    names: Iterable[str],
    folder: Path,
    ports: Mapping[str, int],
    passwords: Passwords,
    *,
    durable: bool = True,
) -> list[Service]:
    """The engine behind each variable in `names`, with a folder of its own below `folder`."""
    return [
        SERVICES[ENGINE_OF[name]](
            folder / ENGINE_OF[name], ports[ENGINE_OF[name]], passwords, durable
        )
        for name in names
    ]


def postgres_service(folder: Path, port: int, passwords: Passwords, durable: bool) -> Service:
    from embedded import postgres

    return postgres.service(
        folder,
        port,
        password=passwords.postgres,
        superuser_password=passwords.postgres_superuser,
        durable=durable,
    )


def clickhouse_service(folder: Path, port: int, passwords: Passwords, durable: bool) -> Service:
    """Durable in any case: its tables say themselves when they wait for the disk."""
    from embedded import clickhouse

    return Service(
        name="clickhouse",
        argv=clickhouse.command(folder, port, passwords.clickhouse),
        is_ready=lambda: http_get(HOST, port, "/ping") == (200, b"Ok.\n"),
        before_start=lambda: folder.mkdir(mode=0o700, parents=True, exist_ok=True),
    )


def valkey_service(folder: Path, port: int, passwords: Passwords, durable: bool) -> Service:
    from embedded import valkey

    return valkey.service(folder, port, password=passwords.valkey)


SERVICES = {
    "postgres": postgres_service,
    "clickhouse": clickhouse_service,
    "valkey": valkey_service,
}
