"""The embedded Valkey, started here on its own: it is the broker, so what it was told must stay."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded import valkey
from embedded.probe import free_port
from embedded.supervisor import Supervisor

NO_RETRY = Retry(NoBackoff(), 0)


@contextmanager
def running(folder: Path) -> Iterator[tuple[Supervisor, redis.Redis]]:
    port = free_port("127.0.0.1")
    supervisor = Supervisor(folder, os.environ, say=lambda text: None)
    try:
        supervisor.start(valkey.service(folder / "valkey", port, password="secret"))
        with redis.Redis(host="127.0.0.1", port=port, password="secret") as client:
            yield supervisor, client
    finally:
        supervisor.stop()


def test_it_forgets_nothing_when_it_is_stopped(tmp_path):
    with running(tmp_path) as (_, client):
        client.rpush("queue", "task")
    with running(tmp_path) as (_, client):
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_it_forgets_nothing_that_reached_the_disk_when_it_is_killed(tmp_path):
    with running(tmp_path) as (supervisor, client):
        client.rpush("queue", "task")
        local_copies, _ = client.execute_command("WAITAOF", 1, 0, 5000)
        assert local_copies == 1
        [child] = supervisor.children()
        child.send(signal.SIGKILL)
        child.process.wait()
    with running(tmp_path) as (_, client):
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_a_torn_last_line_in_its_file_does_not_keep_it_from_starting(tmp_path):
    with running(tmp_path) as (_, client):
        client.rpush("queue", "task")
    [log] = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
    with log.open("ab") as file:
        file.write(b"*3\r\n$5\r\nRPUSH\r\n$5\r\nque")
    with running(tmp_path) as (_, client):
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_nobody_gets_in_without_the_password(tmp_path):
    with running(tmp_path) as (_, client):
        port = client.connection_pool.connection_kwargs["port"]
        with (
            redis.Redis(host="127.0.0.1", port=port, retry=NO_RETRY) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()


def test_the_password_is_not_on_the_command_line(tmp_path):
    with running(tmp_path) as (supervisor, _):
        [child] = supervisor.children()
        assert "secret" not in " ".join(child.service.argv)
        assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0
