"""The embedded Postgres, started here on its own: its data must outlive whatever happens to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from embedded import postgres
from embedded.probe import free_port
from embedded.supervisor import StartError, Supervisor

PASSWORDS = {"password": "of the app", "superuser_password": "of the superuser"}


@contextmanager
def running(folder: Path, **passwords) -> Iterator[tuple[Supervisor, int]]:
    port = free_port("127.0.0.1")
    supervisor = Supervisor(folder, os.environ, say=lambda text: None)
    service = postgres.service(folder / "postgres", port, **{**PASSWORDS, **passwords})
    try:
        supervisor.start(service)
        yield supervisor, port
    finally:
        supervisor.stop()


def connect(port: int, **options) -> psycopg.Connection:
    address = {"host": "127.0.0.1", "port": port, "user": "sonde", "dbname": "sonde"}
    return psycopg.connect(**{**address, "password": PASSWORDS["password"], **options})


def test_the_app_can_make_tables_and_databases_but_is_no_superuser(tmp_path):
    with running(tmp_path) as (_, port), connect(port, autocommit=True) as connection:
        connection.execute("CREATE TABLE note (text text)")
        connection.execute("CREATE DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY note FROM PROGRAM 'id'")


def test_a_wrong_password_is_refused(tmp_path):
    with running(tmp_path) as (_, port), pytest.raises(psycopg.OperationalError, match="password"):
        connect(port, password="guessed")


def test_committed_rows_survive_a_kill_of_the_server(tmp_path):
    with running(tmp_path) as (supervisor, port):
        with connect(port) as connection:
            connection.execute("CREATE TABLE note (text text)")
            connection.execute("INSERT INTO note VALUES ('kept')")
        [child] = supervisor.children()
        child.send(signal.SIGKILL)
        child.process.wait()
    with running(tmp_path) as (_, port), connect(port) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]


def test_a_pid_file_whose_number_belongs_to_another_program_does_not_keep_it_from_starting(
    tmp_path,
):
    with running(tmp_path):
        pass
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        pid_file.write_text(f"{bystander.pid}\n{tmp_path / 'postgres'}\n1\n5432\n\n127.0.0.1\n\n\n")
        with running(tmp_path) as (_, port), connect(port):
            pass
        assert bystander.poll() is None


def test_an_interrupted_initdb_is_started_afresh(tmp_path):
    unfinished = tmp_path / "postgres.unfinished"
    (unfinished / "base").mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with running(tmp_path) as (_, port), connect(port):
        assert not unfinished.exists()


def test_passwords_that_belong_to_other_data_are_one_clear_sentence(tmp_path):
    with running(tmp_path):
        pass
    with pytest.raises(StartError, match=r"Put the secrets\.json that was made with this data"):
        running(tmp_path, superuser_password="another").__enter__()


def test_the_data_is_closed_to_other_users(tmp_path):
    with running(tmp_path):
        assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0
