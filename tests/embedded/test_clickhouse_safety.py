"""The embedded ClickHouse listens on a port of a shared machine: who may ask it, and for what."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import urllib3
from clickhouse_connect.driver.exceptions import DatabaseError

SECRET = "/etc/passwd"


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT file('{SECRET}')",
        f"SELECT `file`('{SECRET}')",
        f"SELECT \"file\"('{SECRET}')",
        f"SELECT `fil\\x65`('{SECRET}')",
        f"SELECT arrayMap(file, ['{SECRET}'])",
        f"SELECT * APPLY file FROM (SELECT '{SECRET}')",
        f"SELECT/**/file -- why not\n('{SECRET}')",
        f"SELECT * FROM file('{SECRET}', 'LineAsString')",
        f"SELECT * FROM FILE('{SECRET}')",
        "SELECT * FROM filesystem('/etc')",
        "SELECT * FROM executable('cat', 'TSV', 'a String')",
        "SELECT * FROM python('x')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'TSV', 'a String')",
        "SELECT * FROM s3('http://bucket.example.com/a', 'TSV', 'a String')",
        "SELECT * FROM remote('127.0.0.1', 'system', 'one')",
        "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
        f"SELECT * FROM sqlite('{SECRET}', 'a')",
        f"SELECT * FROM `{SECRET}`",
        f"INSERT INTO t FROM INFILE '{SECRET}' FORMAT LineAsString",
        f"INSERT INTO t VALUES (file('{SECRET}'))",
        "INSERT INTO FUNCTION file('/tmp/out.csv') SELECT 1",
        "SELECT 1 INTO OUTFILE '/tmp/out.csv'",
        f"CREATE TABLE f (a String) ENGINE = File(CSV, '{SECRET}')",
        "CREATE TABLE f (a String) ENGINE = URL('http://127.0.0.1:1/', CSV)",
        "CREATE TABLE f (a Int8) ENGINE = MergeTree ORDER BY a"
        " SETTINGS disk = disk(type = local, path = '/tmp/')",
        "CREATE DATABASE f ENGINE = Filesystem('/etc')",
        "CREATE DATABASE f ENGINE = SQLite('/tmp/x')",
        f"CREATE DICTIONARY f (a String) PRIMARY KEY a LAYOUT(FLAT()) LIFETIME(0)"
        f" SOURCE(FILE(PATH '{SECRET}' FORMAT 'CSV'))",
        "CREATE FUNCTION f AS (x) -> x",
        "BACKUP DATABASE default TO File('/tmp/backup')",
        "CREATE USER f",
        "GRANT ALL ON *.* TO default",
        "SYSTEM SHUTDOWN",
        "SYSTEM KILL",
    ],
)
def test_a_statement_that_would_leave_the_database_is_refused(client, statement):
    client.command("CREATE TABLE IF NOT EXISTS t (a String) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(DatabaseError) as refused:
        client.command(statement)
    assert "root:" not in str(refused.value)
    assert client.command("SELECT count() FROM t") == 0


def test_names_and_values_that_only_look_alike_are_not_refused(client):
    row = client.query("SELECT 'file(x)' AS profile, 'INTO OUTFILE' AS files -- file()").result_rows
    assert row == [("file(x)", "INTO OUTFILE")]


def test_the_process_itself_cannot_read_what_it_does_not_need(tmp_path):
    program = f"""
import os, socket
from pathlib import Path
from embedded.clickhouse_sandbox import confine
if not confine(Path({str(tmp_path)!r})):
    raise SystemExit(77)
Path({str(tmp_path)!r}, "mine").write_text("x")
for forbidden in (
    lambda: open("{SECRET}"),
    lambda: os.listdir("/"),
    lambda: open("/tmp/out", "w"),
    lambda: socket.create_connection(("127.0.0.1", 9)),
):
    try:
        forbidden()
    except PermissionError:
        continue
    raise SystemExit("allowed")
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "platform")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    if done.returncode == 77:
        pytest.skip("this kernel has no Landlock 3")
    assert done.returncode == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        urllib3.make_headers(basic_auth="default:wrong"),
        urllib3.make_headers(basic_auth="admin:correct horse"),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer correct horse"},
        {"X-ClickHouse-User": "default", "X-ClickHouse-Key": ""},
    ],
)
def test_a_stranger_gets_nothing(clickhouse, headers):
    answer = urllib3.request("POST", clickhouse.url + "/", body=b"SELECT 1", headers=headers)
    assert answer.status == 403
    assert answer.headers["X-ClickHouse-Exception-Code"] == "516"
    assert b"correct horse" not in answer.data


def test_a_user_may_identify_with_clickhouse_s_headers_or_in_the_url(clickhouse):
    headers = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": "correct horse"}
    answer = urllib3.request("POST", clickhouse.url + "/", body=b"SELECT 1", headers=headers)
    assert answer.data == b"1\n"
    url = f"{clickhouse.url}/?user=default&password=correct+horse&query=SELECT+2"
    assert urllib3.request("GET", url).data == b"2\n"


def test_anyone_may_ask_whether_it_is_there(clickhouse):
    for path in ("/ping", "/replicas_status", "/"):
        assert clickhouse.http.request("GET", clickhouse.url + path).data == b"Ok.\n"
    assert clickhouse.http.request("GET", clickhouse.url + "/metrics").status == 404


def test_its_password_is_in_no_command_line_and_its_files_are_its_owners(clickhouse):
    process = psutil.Process(clickhouse.process.pid)
    for one in (process, *process.children(recursive=True)):
        assert "correct horse" not in " ".join(one.cmdline())
    assert (clickhouse.folder / "password").stat().st_mode & 0o077 == 0


def test_it_listens_to_this_machine_only(clickhouse):
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == clickhouse.port
    }
    assert listening == {"127.0.0.1"}
