"""What `manage.py up` reads from the environment, and what it adds for the processes it starts."""

import json
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from embedded import datafolder
from embedded.engines import ENGINE_OF, Passwords, choose_ports, urls
from embedded.supervisor import StartError

ROOT = Path(__file__).resolve().parents[2]
APP_SECRETS = ("SONDE_SECRET_KEY", "SONDE_ENCRYPTION_KEYS")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Options:
    """What the environment asks of `up`. Django's settings read the rest for themselves."""

    host: str
    port: int
    base_url: str
    folder: Path
    wanted_engines: tuple[str, ...]

    @property
    def probe_host(self) -> str:
        """Where to reach the web server from here, which may listen on all addresses."""
        return EVERYWHERE.get(self.host, self.host)


def read_options(environment: Mapping[str, str]) -> Options:
    host = text(environment, "SONDE_HOST", "127.0.0.1")
    port = text(environment, "SONDE_PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(f"SONDE_PORT must be a number from 1 to 65535, not {port!r}.")
    shown = EVERYWHERE.get(host, host)
    base_url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    return Options(
        host=host,
        port=int(port),
        base_url=text(environment, "SONDE_BASE_URL", base_url).rstrip("/"),
        folder=data_folder(environment),
        wanted_engines=tuple(name for name in ENGINE_OF if not text(environment, name)),
    )


def data_folder(environment: Mapping[str, str]) -> Path:
    return Path(text(environment, "SONDE_DATA_DIR", str(ROOT / ".sonde"))).expanduser().resolve()


def text(environment: Mapping[str, str], name: str, default: str = "") -> str:
    """`NAME`, else what the file `NAME_FILE` holds, else the default: as the settings read it."""
    if value := environment.get(name):
        return value
    if path := environment.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise StartError(f"{name}_FILE cannot be read: {error}.") from error
    return default


def ports_for_engines(options: Options) -> dict[str, int]:
    """Those they had the last time, where these are still free. Kept for the next time and for
    `attach`, with the address of the whole.
    """
    ports = choose_ports(datafolder.read_ports(options.folder))
    kept = {**ports, "base_url": options.base_url}
    datafolder.write_private(options.folder / "ports.json", json.dumps(kept))
    return ports


def passwords(secrets: Mapping[str, str]) -> Passwords:
    names = ("postgres", "postgres_superuser", "clickhouse", "valkey")
    return Passwords(**{name: secrets[name] for name in names})


def for_the_app(
    environment: Mapping[str, str],
    options: Options,
    secrets: Mapping[str, str],
    ports: Mapping[str, int],
) -> dict[str, str]:
    """The caller's environment, filled up with what we made."""
    made = {name: secrets[name] for name in APP_SECRETS if not text(environment, name)}
    return {
        **environment,
        **made,
        **urls(options.wanted_engines, ports, passwords(secrets)),
        "SONDE_HOST": options.host,
        "SONDE_PORT": str(options.port),
        "SONDE_BASE_URL": options.base_url,
        "SONDE_DATA_DIR": str(options.folder),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(ROOT), str(ROOT / "platform"), environment.get("PYTHONPATH")])
        ),
        "PYTHONUNBUFFERED": "1",
    }


def attach(environment: MutableMapping[str, str]) -> None:
    """Let a command such as `manage.py demo` find the secrets, engines and address of `make up`.

    Changes nothing where there is no data folder of `make up`, as on servers, and nothing that is
    already set.
    """
    folder = data_folder(environment)
    if not (folder / "secrets.json").exists():
        return
    try:
        secrets = datafolder.read_secrets(folder)
    except StartError as error:
        sys.exit(str(error))
    made = {name: secrets[name] for name in APP_SECRETS}
    if ports := datafolder.read_ports(folder):
        made |= urls(ENGINE_OF, ports, passwords(secrets))
    if (base_url := datafolder.read_base_url(folder)) and not text(environment, "SONDE_PORT"):
        made["SONDE_BASE_URL"] = base_url
    for name, value in made.items():
        if not text(environment, name):
            environment[name] = value
