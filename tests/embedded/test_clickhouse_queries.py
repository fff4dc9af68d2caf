"""clickhouse-connect against the embedded ClickHouse: what it asks, and what it gets."""

import threading
import time

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

BUSY = "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1"


def test_rows_come_back_with_their_types(client):
    result = client.query("SELECT 1 AS n, 'é' AS s, [1, 2] AS a, NULL AS nothing")
    assert result.column_names == ("n", "s", "a", "nothing")
    assert result.result_rows == [(1, "é", [1, 2], None)]


def test_a_result_without_rows_is_empty_and_a_limit_of_zero_names_the_columns(client):
    assert client.query("SELECT 1 WHERE 0").result_rows == []
    assert client.query("SELECT 1 AS n LIMIT 0").column_names == ("n",)
    assert client.command("SELECT 1 WHERE 0") == ""


@pytest.mark.parametrize(
    ("format_name", "expected"),
    [
        ("CSV", b"0\n1\n"),
        ("JSONEachRow", b'{"number":0}\n{"number":1}\n'),
        ("JSONCompactEachRowWithNames", b'["number"]\n[0]\n[1]\n'),
        ("TabSeparated", b"0\n1\n"),
    ],
)
def test_any_format_can_be_asked_for(client, format_name, expected):
    query = "SELECT number FROM numbers(2)"
    assert client.raw_query(query, fmt=format_name) == expected
    assert client.raw_stream(query, fmt=format_name).read() == expected


def test_a_format_with_a_head_is_one_document_however_many_blocks_it_has(client):
    raw = client.raw_query("SELECT number FROM numbers(200000)", fmt="JSONCompact")
    assert raw.count(b'"meta"') == 1
    assert b'"rows": 200000' in raw


def test_rows_and_columns_can_be_streamed(client):
    query = "SELECT number, toString(number) FROM numbers(500000)"
    with client.query_row_block_stream(query) as blocks:
        sizes = [len(block) for block in blocks]
    assert sum(sizes) == 500000
    assert len(sizes) > 1
    with client.query_column_block_stream(query) as blocks:
        assert sum(len(columns[1]) for columns in blocks) == 500000


def test_a_result_larger_than_what_is_held_in_memory_arrives_whole(client):
    result = client.query("SELECT number, repeat('x', 500) FROM numbers(200000)")
    assert len(result.result_set) == 200000
    assert result.result_set[-1] == (199999, "x" * 500)


def test_an_error_in_the_middle_of_a_stream_is_raised_and_not_cut_off(client):
    query = "SELECT throwIf(number = 900000) FROM numbers(1000000)"
    with (
        pytest.raises(StreamFailureError, match="395"),
        client.query_row_block_stream(query, settings={"max_block_size": 1000}) as blocks,
    ):
        for _ in blocks:
            pass


@pytest.mark.parametrize("form", [False, True], ids=["in the URL", "in a form"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "é\t'\\\n{x}--"),
        ("String", ""),
        ("Int64", -5),
        ("Array(String)", ["a'b", "\\", "é"]),
        ("Nullable(String)", None),
    ],
)
def test_values_are_bound_by_the_server(clickhouse, form, kind, value):
    client = clickhouse.client(form_encode_query_params=form)
    assert client.query(f"SELECT {{v:{kind}}}", parameters={"v": value}).result_rows == [(value,)]


def test_a_bound_value_may_be_longer_than_any_url(client):
    long = "x" * 300_000
    result = client.query("SELECT length({v:String})", parameters={"v": long})
    assert result.result_rows == [(300_000,)]


def test_bound_values_do_not_reach_the_next_query(client):
    client.query("SELECT {v:String}", parameters={"v": "mine"})
    with pytest.raises(DatabaseError, match="456"):
        client.query("SELECT {v:String}")


def test_settings_hold_for_one_query_and_reach_no_other(client):
    comment = 'who\'s \\ "asking" & why'
    query = "SELECT getSetting('log_comment')"
    assert client.query(query, settings={"log_comment": comment}).result_rows == [(comment,)]
    assert client.query(query).result_rows == [("",)]
    client.command("SET log_comment = 'left behind'")
    assert client.query(query).result_rows == [("",)]


def test_every_client_starts_in_its_own_database(clickhouse, client):
    client.command("CREATE DATABASE IF NOT EXISTS `other place`")
    other = clickhouse.client(database="other place")
    other.command("CREATE TABLE IF NOT EXISTS t (n UInt8) ENGINE = MergeTree ORDER BY n")
    assert other.query("SELECT currentDatabase()").result_rows == [("other place",)]
    assert client.query("SELECT currentDatabase()").result_rows == [("default",)]
    assert other.query("SELECT count() FROM t").result_rows == [(0,)]
    client.command("DROP DATABASE `other place`")


@pytest.mark.parametrize(
    ("query", "settings", "code", "status"),
    [
        ("SELEC 1", {}, 62, 400),
        ("SELECT * FROM nowhere", {}, 60, 404),
        ("SELECT nothing FROM system.one", {}, 47, 404),
        ("SELECT no_such_function(1)", {}, 46, 404),
        ("SELECT 1 FORMAT Nonsense", {}, 73, 404),
        ("SELECT 1", {"no_such_setting": "1"}, 115, 404),
        ("SELECT 1", {"max_threads": "many"}, 27, 400),
        ("SELECT 1", {"database": "nowhere"}, 81, 404),
        ("SELECT 1", {"max_memory_usage": str(10**12)}, 452, 500),
        ("SELECT throwIf(1)", {}, 395, 500),
        ("SELECT 1; SELECT 2", {}, 62, 400),
        ("", {}, 62, 400),
        ("-- nothing but a comment", {}, 62, 400),
        ("SELECT {v:UInt8}", {"param_v": "-"}, 457, 500),
        ("CREATE TEMPORARY TABLE t (n UInt8)", {}, 48, 501),
        ("SELECT sleep(3)", {"max_execution_time": "0.3"}, 159, 408),
    ],
)
def test_errors_have_clickhouse_s_code_and_status(clickhouse, query, settings, code, status):
    answer = clickhouse.post(query.encode(), **settings)
    assert answer.status == status
    assert answer.headers["X-ClickHouse-Exception-Code"] == str(code)
    assert answer.data.startswith(f"Code: {code}. DB::Exception: ".encode())
    assert clickhouse.post(b"SELECT 1").data == b"1\n"


def test_a_query_that_needs_too_much_memory_fails_alone(client):
    with pytest.raises(DatabaseError, match="241"):
        client.query("SELECT arrayMap(x -> x, range(400000000))")
    assert client.query("SELECT 1").result_rows == [(1,)]


def test_a_query_ends_at_its_time_limit(client):
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="159"):
        client.query(BUSY, settings={"max_execution_time": 0.5})
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("seconds", [0, 100000], ids=["none", "very long"])
def test_no_client_can_lift_the_time_limit(client, seconds):
    with pytest.raises(DatabaseError, match="452"):
        client.query("SELECT 1", settings={"max_execution_time": seconds})


def test_a_get_request_cannot_write(clickhouse):
    query = "CREATE TABLE by_get (n UInt8) ENGINE = MergeTree ORDER BY n"
    answer = clickhouse.http.request("GET", f"{clickhouse.url}/", fields={"query": query})
    assert answer.headers["X-ClickHouse-Exception-Code"] == "164"


@pytest.mark.parametrize("encoding", ["lz4", "zstd", "gzip", "deflate"])
def test_a_client_that_asks_for_one_compression_gets_it(clickhouse, encoding):
    wish = {"Accept-Encoding": encoding}
    for query in (b"SELECT 1", b"SELECT number FROM numbers(300000)"):
        answer = clickhouse.post(query, wish, enable_http_compression="1")
        assert answer.headers["Content-Encoding"] == encoding
    client = clickhouse.client(compress=encoding)
    assert client.query("SELECT sum(number) FROM numbers(10)").result_rows == [(45,)]
    with client.query_row_block_stream("SELECT number FROM numbers(300000)") as blocks:
        assert sum(len(block) for block in blocks) == 300000


def test_the_answer_says_what_was_asked_and_how_it_went(clickhouse):
    answer = clickhouse.post(b"SELECT 1", query_id="mine", session_timezone="Asia/Seoul")
    assert answer.headers["X-ClickHouse-Query-Id"] == "mine"
    assert answer.headers["X-ClickHouse-Format"] == "TabSeparated"
    assert answer.headers["X-ClickHouse-Timezone"] == "Asia/Seoul"
    answer = clickhouse.post(b"SELECT 1 AS n", default_format="JSONEachRow")
    assert answer.data == b'{"n":1}\n'


def test_a_query_may_be_split_between_url_and_body(clickhouse):
    assert clickhouse.post(b"FROM numbers(3)", query="SELECT sum(number)").data == b"3\n"
    assert clickhouse.post(query="SELECT 5").data == b"5\n"


def test_sixteen_clients_work_at_once(clickhouse):
    failures: list[object] = []

    def work(number: int) -> None:
        client = clickhouse.client()
        for turn in range(10):
            rows = client.query(
                "SELECT {n:UInt32}, sum(number) FROM numbers(1000)", parameters={"n": number}
            ).result_rows
            if rows != [(number, 499500)]:
                failures.append((turn, rows))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures


def test_a_client_with_a_session_works_like_any_other(clickhouse):
    client = clickhouse.client(autogenerate_session_id=True)
    assert client.query("SELECT 1").result_rows == [(1,)]
    assert client.query("SELECT 2").result_rows == [(2,)]


def test_a_running_query_is_found_by_its_id_and_killed(clickhouse, client):
    outcome: list[Exception] = []

    def work() -> None:
        try:
            clickhouse.client().query(BUSY, settings={"query_id": "the busy one"})
        except DatabaseError as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    kill = "KILL QUERY WHERE query_id = 'the busy one'"
    deadline = time.monotonic() + 20
    while not client.raw_query(kill) and time.monotonic() < deadline:
        time.sleep(0.05)
    thread.join(20)
    assert [error.code for error in outcome] == [394]
    assert client.raw_query(kill) == b""


def test_two_running_queries_cannot_have_the_same_id(clickhouse, client):
    with client.query_row_block_stream(
        "SELECT number FROM numbers(100000000)", settings={"query_id": "twin"}
    ) as blocks:
        next(iter(blocks))
        answer = clickhouse.post(b"SELECT 1", query_id="twin")
        assert answer.headers["X-ClickHouse-Exception-Code"] == "216"
        blocks.source.close()
