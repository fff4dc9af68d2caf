"""Rows into the embedded ClickHouse: every encoding, whole or not at all."""

import json
import socket
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import lz4.frame
import pytest
import zstandard
from clickhouse_connect.driver.exceptions import DatabaseError

WIDE = """
    id UUID, started DateTime64(6, 'UTC'), model LowCardinality(String),
    metadata Map(String, String), cost Map(LowCardinality(String), Decimal(18, 6)),
    total Nullable(Decimal(18, 8)), note Nullable(String), tags Array(LowCardinality(String)),
    events Array(Tuple(DateTime64(6, 'UTC'), String, Map(String, String))), level Enum8('a' = 1)
"""
NAMES = ["id", "started", "model", "metadata", "cost", "total", "note", "tags", "events", "level"]


def wide_row(number: int) -> list:
    at = datetime(2026, 1, 2, 3, 4, 5, number, tzinfo=UTC)
    return [
        uuid.UUID(int=number),
        at,
        f"model-{number % 3}",
        {"key": f"value {number}", "é": "\0\t'"},
        {"input": Decimal("0.000001"), "output": Decimal(number)},
        None if number % 2 else Decimal("1.00000001"),
        None if number % 3 else "",
        ["x", "y"],
        [(at, "event", {"k": "v"})],
        "a",
    ]


def native(*numbers: int) -> bytes:
    """One block of one column n of UInt8."""
    return b"\x01" + bytes((len(numbers),)) + b"\x01n\x05UInt8" + bytes(numbers)


@pytest.fixture
def table(client):
    name = f"t{uuid.uuid4().hex}"
    client.command(f"CREATE TABLE {name} (n UInt8) ENGINE = MergeTree ORDER BY n")
    yield name
    client.command(f"DROP TABLE {name} SYNC")


@pytest.fixture
def wide(client):
    name = f"t{uuid.uuid4().hex}"
    client.command(f"CREATE TABLE {name} ({WIDE}) ENGINE = ReplacingMergeTree ORDER BY id")
    yield name
    client.command(f"DROP TABLE {name} SYNC")


def numbers_in(client, table: str) -> list[int]:
    return [row[0] for row in client.query(f"SELECT n FROM {table} ORDER BY n").result_rows]


@pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", "br", True, False])
def test_every_type_survives_every_compression(clickhouse, wide, compress):
    client = clickhouse.client(compress=compress, tz_mode="aware")
    rows = [wide_row(number) for number in range(100)]
    summary = client.insert(wide, rows, column_names=NAMES)
    assert summary.written_rows == 100
    stored = client.query(f"SELECT * FROM {wide} ORDER BY id").result_rows
    assert [list(row) for row in stored] == rows


@pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", False])
def test_all_blocks_of_a_long_insert_are_stored(clickhouse, wide, compress):
    client = clickhouse.client(compress=compress)
    rows = [wide_row(number) for number in range(5000)]
    context = client.create_insert_context(wide, NAMES, data=rows)
    context.block_row_count = 100
    client.insert(context=context)
    assert client.query(f"SELECT count(), uniqExact(id) FROM {wide}").result_rows == [(5000, 5000)]


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("lz4", lz4.frame.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_a_body_of_many_frames_is_stored_to_its_last_row(
    clickhouse, client, table, encoding, compress
):
    words = f"INSERT INTO {table} FORMAT Native\n".encode()
    frames = b"".join(map(compress, (words, native(1), native(2, 3), b"", native(4))))
    answer = clickhouse.post(frames, {"Content-Encoding": encoding})
    assert answer.status == 200, answer.data
    assert numbers_in(client, table) == [1, 2, 3, 4]


def test_the_statement_may_stand_in_the_url_and_the_rows_in_the_body(clickhouse, client, table):
    query = f"INSERT INTO {table} SETTINGS max_threads = 1 FORMAT Native"
    answer = clickhouse.post(native(7, 8), query=query)
    assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "2"
    assert "X-ClickHouse-Format" not in answer.headers
    assert numbers_in(client, table) == [7, 8]


def test_rows_come_in_any_format(client, table):
    client.raw_insert(table, ["n"], "1\n2\n", fmt="CSV")
    client.raw_insert(table, ["n"], b'{"n": 3}', fmt="JSONEachRow")
    client.raw_insert(table, None, (piece for piece in (native(4), native(5))), fmt="Native")
    client.raw_insert(table, ["n"], lz4.frame.compress(b"6\n"), fmt="CSV", compression="lz4")
    client.command(f"INSERT INTO {table} VALUES (7), (8)")
    client.command(f"INSERT INTO {table} SELECT {{n:UInt8}}", parameters={"n": 9})
    assert numbers_in(client, table) == list(range(1, 10))


def test_an_insert_of_no_rows_is_fine(clickhouse, client, table):
    assert clickhouse.post(query=f"INSERT INTO {table} FORMAT Native").status == 200
    assert numbers_in(client, table) == []


def test_a_table_and_its_columns_may_be_named_like_keywords(clickhouse, client):
    client.command("CREATE TABLE `settings` (`format` UInt8) ENGINE = MergeTree ORDER BY `format`")
    client.insert("`settings`", [[5]], column_names=["format"])
    client.raw_insert("settings", ["format"], "6\n", fmt="CSV")
    assert client.query("SELECT sum(format) FROM settings").result_rows == [(11,)]
    client.command("DROP TABLE settings")


def test_a_table_may_be_a_bound_value(clickhouse, client, table):
    query = "INSERT INTO {t:Identifier} FORMAT CSV"
    assert clickhouse.post(b"5\n", query=query, param_t=table).status == 200
    assert numbers_in(client, table) == [5]


def test_a_body_that_outgrows_memory_is_stored_whole(clickhouse, client, table):
    rows = b"".join(b"%d\n" % (number % 256) for number in range(8_000_000))
    answer = clickhouse.post(rows, query=f"INSERT INTO {table} FORMAT CSV")
    assert answer.status == 200, answer.data
    assert client.query(f"SELECT count() FROM {table}").result_rows == [(8_000_000,)]


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [
        (native(1, 2) + native(3)[:-1], "", 33),
        (native(1) + b"INTERNAL EXCEPTION WHILE SERIALIZING", "", 0),
        (lz4.frame.compress(native(1)) + lz4.frame.compress(native(2))[:-6], "lz4", 271),
        (lz4.frame.compress(native(1)) + b"rubbish", "lz4", 271),
        (zstandard.compress(native(1))[:-3], "zstd", 271),
        (native(1), "gzip", 271),
        (native(1), "br", 271),
        (native(1), "deflate", 271),
        (native(1), "snappy", 779),
    ],
)
def test_a_broken_body_stores_nothing(clickhouse, client, table, body, encoding, code):
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = clickhouse.post(body, headers, query=f"INSERT INTO {table} FORMAT Native")
    assert answer.status >= 400
    assert code in (0, int(answer.headers["X-ClickHouse-Exception-Code"]))
    assert numbers_in(client, table) == []


def test_a_value_that_does_not_fit_is_refused_with_its_whole_insert(client, table):
    with pytest.raises(DatabaseError):
        client.raw_insert(table, ["n"], "1\nx\n", fmt="CSV")
    assert numbers_in(client, table) == []


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_client_that_leaves_in_the_middle_of_its_body_stores_nothing(
    clickhouse, client, table, framing
):
    rows = native(1, 2, 3)
    size = {"length": "Content-Length: 1000", "chunks": "Transfer-Encoding: chunked"}[framing]
    token = clickhouse.http.headers["authorization"]
    head = (
        f"POST /?query=INSERT+INTO+{table}+FORMAT+Native HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {token}\r\n{size}\r\n\r\n"
    ).encode()
    body = rows if framing == "length" else b"%x\r\n%s\r\n" % (len(rows), rows)
    with socket.create_connection(("127.0.0.1", clickhouse.port)) as connection:
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)
    assert b"X-ClickHouse-Exception-Code: 33" in answer or answer == b""
    assert numbers_in(client, table) == []


def test_a_body_above_the_limit_is_refused_before_it_is_read(clickhouse):
    token = clickhouse.http.headers["authorization"]
    head = (
        "POST /?query=INSERT+INTO+t+FORMAT+Native HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {token}\r\nContent-Length: {10**12}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", clickhouse.port)) as connection:
        connection.sendall(head)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")
