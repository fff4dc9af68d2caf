"""The folder that holds all of Sonde's data: its one user, its secrets, its leftovers."""

import base64
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from embedded.supervisor import MARK, StartError

MIN_FREE_BYTES = 1024**3
ENGINE_FOLDERS = ("postgres", "clickhouse", "valkey")


def prepare(folder: Path) -> None:
    """Make the folder, for its owner's eyes only, and see that there is room in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (owner := folder.stat().st_uid) != os.geteuid():
            raise StartError(
                f"The data folder {folder} belongs to user {owner}, and you are user "
                f"{os.geteuid()}: start Sonde as its owner, or give another SONDE_DATA_DIR=…"
            )
        folder.chmod(0o700)
    except OSError as error:
        raise StartError(
            f"The data folder {folder} cannot be used ({error.strerror}): "
            "give another one with SONDE_DATA_DIR=…"
        ) from error
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise StartError(
            f"The disk is nearly full: {free // 1024**2} MiB free at {folder}, and Sonde needs "
            "1024 MiB to start. Free some space, or put the data elsewhere with SONDE_DATA_DIR=…"
        )


@contextmanager
def only_user(folder: Path) -> Iterator[None]:
    """Hold the folder against a second Sonde. The kernel drops the lock however we die."""
    with open(folder / "lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise StartError(
                f"Sonde already runs on {folder} (process {lock.read().strip() or 'unknown'}): "
                "stop that one first, or give another folder with SONDE_DATA_DIR=…"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def end_leftovers(folder: Path, grace_seconds: float = 3.0) -> int:
    """End what a killed run left running on this folder; returns how many processes that were.

    Call it with the lock held: then no supervisor lives, and whatever has our mark is an orphan.
    """
    orphans = [process for process in psutil.process_iter() if is_marked(process, folder)]
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(orphans, timeout=grace_seconds)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=grace_seconds)
    return len(orphans)


def is_marked(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.environ().get(MARK) == str(folder):
            return True
        # Postgres's children write their titles over their environment. Those that a killed parent
        # left behind keep its memory in use, and where they work is its data.
        is_postgres = process.name().startswith("postgres")
        return is_postgres and Path(process.cwd()).is_relative_to(folder.resolve())
    except (psutil.Error, OSError):  # somebody else's process, or gone
        return False


def read_secrets(folder: Path) -> dict[str, str]:
    """Passwords and keys, made at the first start only: losing them loses what they encrypt."""
    path = folder / "secrets.json"
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        pass
    except ValueError as error:
        raise StartError(f"{path} is damaged: put a copy of it back.") from error
    if held := [name for name in ENGINE_FOLDERS if (folder / name).exists()]:
        raise StartError(
            f"{path} is missing, and the data beside it ({', '.join(held)}) cannot be opened "
            "without it: put a copy of it back, or start afresh with SONDE_DATA_DIR=…"
        )
    made = {
        "SONDE_SECRET_KEY": secrets.token_urlsafe(50),
        "SONDE_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **{name: secrets.token_urlsafe(24) for name in (*ENGINE_FOLDERS, "postgres_superuser")},
    }
    write_private(path, json.dumps(made, indent=2))
    return made


def read_ports(folder: Path) -> dict[str, int]:
    """Each engine's port at the latest start; nothing before the first one."""
    try:
        ports = json.loads((folder / "ports.json").read_text())
        return {name: int(ports[name]) for name in ENGINE_FOLDERS}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def read_base_url(folder: Path) -> str:
    """Where the latest start answered; nothing before the first one."""
    try:
        return str(json.loads((folder / "ports.json").read_text())["base_url"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""


def write_private(path: Path, text: str) -> None:
    """All of it or nothing, readable by the owner only, and on the disk when this returns."""
    unfinished = path.with_name(path.name + ".unfinished")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
