"""The embedded ClickHouse started, stopped, killed and left: what was acknowledged stays."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable

import psutil
import pytest
import urllib3
from clickhouse_connect.driver.exceptions import DatabaseError, Error

from embedded import clickhouse_server
from tests.embedded.running_clickhouse import ClickHouse

BUSY = "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1"
LEDGER = (
    "CREATE TABLE IF NOT EXISTS ledger (id UInt64) ENGINE = MergeTree ORDER BY id"
    " SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
)


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def running_queries(client) -> int:
    return client.command("SELECT count() FROM system.processes") - 1


class Writer(threading.Thread):
    """Inserts rows of its own until the server fails, and notes which were acknowledged."""

    def __init__(self, server: ClickHouse, number: int) -> None:
        super().__init__()
        self.server = server
        self.next_id = number * 1_000_000
        self.acknowledged: set[int] = set()

    def run(self) -> None:
        http = urllib3.PoolManager(headers=self.server.http.headers, retries=False)
        url = f"{self.server.url}/?query=INSERT+INTO+ledger+FORMAT+RowBinary"
        while True:
            ids = range(self.next_id, self.next_id + 50)
            self.next_id += 50
            body = b"".join(number.to_bytes(8, "little") for number in ids)
            try:
                if http.request("POST", url, body=body, timeout=10).status != 200:
                    return
            except urllib3.exceptions.HTTPError:
                return
            self.acknowledged.update(ids)


def test_no_acknowledged_row_is_lost_or_doubled_by_kill_9(own_clickhouse):
    acknowledged: set[int] = set()
    for turn in range(3):
        own_clickhouse.start()
        own_clickhouse.client().command(LEDGER)
        writers = [Writer(own_clickhouse, turn * 10 + number) for number in range(4)]
        for writer in writers:
            writer.start()
        assert wait_until(lambda: all(len(w.acknowledged) >= 250 for w in writers))  # noqa: B023
        own_clickhouse.kill()
        for writer in writers:
            writer.join(30)
            acknowledged |= writer.acknowledged
    own_clickhouse.start()
    rows = own_clickhouse.client().query("SELECT id FROM ledger").result_columns[0]
    assert len(rows) == len(set(rows))
    assert acknowledged <= set(rows)
    assert len(acknowledged) >= 3 * 4 * 250


def test_views_tables_and_databases_are_there_after_a_restart(own_clickhouse):
    own_clickhouse.start()
    client = own_clickhouse.client()
    client.command("CREATE TABLE a (n UInt8) ENGINE = MergeTree ORDER BY n")
    client.command("CREATE TABLE b (n UInt8) ENGINE = MergeTree ORDER BY n")
    client.command("CREATE MATERIALIZED VIEW a_to_b TO b AS SELECT n FROM a")
    client.command("CREATE DATABASE more")
    client.command("CREATE TABLE more.c (n UInt8) ENGINE = MergeTree ORDER BY n")
    for _ in range(2):
        own_clickhouse.stop()
        own_clickhouse.start()
        client = own_clickhouse.client()
        client.insert("a", [[1]], column_names=["n"])
        client.insert("more.c", [[1]], column_names=["n"])
    assert client.command("SELECT count() FROM b") == 2
    assert client.command("SELECT count() FROM more.c") == 2


def test_a_killed_worker_is_replaced_and_its_rows_are_there(own_clickhouse):
    own_clickhouse.start()
    client = own_clickhouse.client()
    client.command(LEDGER)
    client.insert("ledger", [[1]], column_names=["id"])
    (first,) = own_clickhouse.workers
    first.kill()
    assert wait_until(lambda: own_clickhouse.workers not in ([], [first]))
    assert wait_until(own_clickhouse.is_ready)
    assert own_clickhouse.client().command("SELECT count() FROM ledger") == 1


def test_a_second_server_on_the_same_folder_says_so_and_ends(own_clickhouse):
    own_clickhouse.start()
    second = ClickHouse(own_clickhouse.folder)
    output, errors = second.spawn().communicate(timeout=20)
    assert second.process.returncode == 1
    assert output == ""
    assert errors == (
        f"clickhouse: another server (process {own_clickhouse.process.pid}) "
        f"already uses {own_clickhouse.folder}\n"
    )
    assert own_clickhouse.is_ready()


def test_it_stops_at_once_although_queries_run(own_clickhouse):
    own_clickhouse.start()
    client = own_clickhouse.client()
    threads = [threading.Thread(target=ask, args=(own_clickhouse,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: running_queries(client) == 3)
    began = time.monotonic()
    output, errors = own_clickhouse.stop()
    assert time.monotonic() - began < 5
    assert own_clickhouse.process.returncode == 0
    assert (output, errors) == ("", "")
    for thread in threads:
        thread.join(10)


def ask(server: ClickHouse) -> None:
    with pytest.raises(Error):
        server.client(query_retries=0).query(BUSY)


def test_an_orphaned_worker_leaves_the_folder_to_a_new_server(own_clickhouse):
    own_clickhouse.start()
    (worker,) = own_clickhouse.workers
    own_clickhouse.process.send_signal(signal.SIGKILL)
    own_clickhouse.process.communicate()
    successor = ClickHouse(own_clickhouse.folder)
    successor.start()
    successor.stop()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_without_a_password_it_says_what_to_set(tmp_path):
    server = ClickHouse(tmp_path)
    process = server.spawn()
    process.kill()
    process.communicate()
    (tmp_path / "password").unlink()
    done = subprocess.run(process.args, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("clickhouse: set SONDE_CLICKHOUSE_PASSWORD")


def connect(server: ClickHouse, query: str) -> socket.socket:
    token = server.http.headers["authorization"]
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(
        f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        f"Content-Length: {len(query)}\r\n\r\n{query}".encode()
    )
    return connection


@pytest.mark.parametrize(
    "query", [BUSY, "SELECT number FROM numbers(100000000000)", f"{BUSY} FORMAT JSON"]
)
def test_a_query_whose_client_left_is_cancelled(clickhouse, client, query):
    clients = [connect(clickhouse, query) for _ in range(4)]
    assert wait_until(lambda: running_queries(client) == 4)
    for one in clients:
        one.close()
    assert wait_until(lambda: running_queries(client) == 0)


def test_many_clients_that_leave_do_not_use_up_the_server(clickhouse, client):
    for _ in range(20):
        for one in [connect(clickhouse, "SELECT sleep(0.1)") for _ in range(10)]:
            one.close()
    assert client.query("SELECT 1").result_rows == [(1,)]


def test_clients_that_only_connect_do_not_keep_others_waiting(clickhouse, client):
    silent = [socket.create_connection(("127.0.0.1", clickhouse.port)) for _ in range(100)]
    began = time.monotonic()
    assert client.query("SELECT 1").result_rows == [(1,)]
    assert time.monotonic() - began < 4
    for one in silent:
        one.close()


def test_more_queries_than_it_runs_at_once_wait_for_their_turn(clickhouse):
    results: list[object] = []

    def work() -> None:
        try:
            results.append(clickhouse.client().command("SELECT sleep(0.2)"))
        except DatabaseError as error:
            results.append(error)

    threads = [threading.Thread(target=work) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [0] * 60


def test_a_client_that_stops_in_the_middle_is_given_up(monkeypatch):
    monkeypatch.setattr(clickhouse_server, "SOCKET_SECONDS", 0.1)
    ours, theirs = socket.socketpair()
    with clickhouse_server.PatientSocket(fileno=ours.detach()) as patient, theirs:
        patient.setblocking(True)
        with pytest.raises(TimeoutError):
            patient.recv(1)
