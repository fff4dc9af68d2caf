"""The three engines that Sonde brings along: which of them to start, where, and under which URL."""

import socket
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded import clickhouse, postgres, valkey
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


@dataclass(frozen=True)
class Engines:
    """Services to start, and the URLs that their users need."""

    services: list[Service]
    urls: dict[str, str]


def engines(
    folder: Path,
    ports: Mapping[str, int],
    passwords: Passwords,
    *,
    wanted: Collection[str] = tuple(ENGINE_OF),
    durable: bool = True,
    clickhouse_database: str = "sonde",
) -> Engines:
    """The engines behind the `wanted` variables, each with a folder of its own below `folder`."""
    services = {
        "DATABASE_URL": postgres.service(
            folder / "postgres",
            ports["postgres"],
            password=passwords.postgres,
            superuser_password=passwords.postgres_superuser,
            durable=durable,
        ),
        "CLICKHOUSE_URL": clickhouse_service(
            folder / "clickhouse", ports["clickhouse"], passwords.clickhouse
        ),
        "VALKEY_URL": valkey.service(folder / "valkey", ports["valkey"], password=passwords.valkey),
    }
    urls = {
        "DATABASE_URL": postgres.url(ports["postgres"], passwords.postgres),
        "CLICKHOUSE_URL": (
            f"http://default:{passwords.clickhouse}@{HOST}:{ports['clickhouse']}/{clickhouse_database}"
        ),
        "VALKEY_URL": valkey.url(ports["valkey"], passwords.valkey),
    }
    return Engines(
        services=[services[name] for name in wanted], urls={name: urls[name] for name in wanted}
    )


def clickhouse_service(folder: Path, port: int, password: str) -> Service:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/ping", timeout=2) as response:
                return response.read() == b"Ok.\n"
        except (OSError, urllib.error.URLError):
            return False

    return Service(
        name="clickhouse",
        argv=clickhouse.command(folder, port, password),
        is_ready=answers,
        before_start=lambda: folder.mkdir(mode=0o700, parents=True, exist_ok=True),
    )


def choose_ports(remembered: Mapping[str, int]) -> dict[str, int]:
    """A free port for each engine: the one it had before, unless somebody took it meanwhile."""
    ports: dict[str, int] = {}
    for engine in ENGINE_OF.values():
        port = remembered.get(engine, 0)
        ports[engine] = port if port and is_free(HOST, port) else free_port()
    return ports


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
