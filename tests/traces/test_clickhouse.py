"""The client: bound values, limits, who asks, and which errors heal by themselves."""

import os
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError, ProgrammingError
from django.core.exceptions import ImproperlyConfigured

from traces import clickhouse
from traces.errors import LimitReached, Refused, Unavailable, classified

pytestmark = pytest.mark.usefixtures("clickhouse_schema")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere(settings):
    """Point CLICKHOUSE_URL somewhere else for one test."""

    def point(url: str) -> None:
        settings.CLICKHOUSE_URL = url
        clickhouse.forget_clients()

    yield point
    clickhouse.forget_clients()


def test_only_the_store_speaks_to_clickhouse():
    speakers = {
        path.relative_to(ROOT)
        for folder in ("platform", "ingest", "evals", "prompts")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"^\s*(import|from) clickhouse_connect", path.read_text(), re.MULTILINE)
    }
    strangers = {path for path in speakers if path.parts[:2] != ("platform", "traces")}
    assert strangers == set()
    assert Path("platform/traces/clickhouse.py") in speakers


@pytest.mark.parametrize(
    "value",
    ["", "it's", "{x:String}", "%s %", "\\ \t \n \x00", "서울 😀", "'); DROP TABLE spans --"],
)
def test_values_arrive_as_they_are(value):
    [row] = clickhouse.rows(
        "SELECT {text:String} AS text, {texts:Array(String)} AS texts", text=value, texts=[value]
    )
    assert row == {"text": value, "texts": [value]}


def test_a_thousand_long_values_fit_into_one_query():
    values = [f"{n:04}" + "x" * 200 for n in range(1000)]
    [row] = clickhouse.rows("SELECT length({values:Array(String)}) AS n", values=values)
    assert row["n"] == 1000


@pytest.mark.parametrize(
    "moment", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, 2, 3, 4, 567891, tzinfo=UTC)]
)
def test_times_keep_their_microseconds(moment):
    [row] = clickhouse.rows("SELECT {at:DateTime64(6, 'UTC')} AS at", at=moment)
    assert row["at"] == moment


@pytest.mark.parametrize("nanoseconds", [0, 1, 1_772_334_000_123_456_789, 2**62])
def test_moments_keep_their_nanoseconds(nanoseconds):
    [row] = clickhouse.rows(
        "SELECT toUnixTimestamp64Nano({at:DateTime64(9, 'UTC')}) AS at",
        at=clickhouse.moment(nanoseconds),
    )
    assert row["at"] == nanoseconds


def test_a_bound_before_1970_is_1970():
    [row] = clickhouse.rows(
        "SELECT toUnixTimestamp({at:DateTime64(9)}) AS at", at=clickhouse.moment(-5)
    )
    assert row["at"] == 0


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        clickhouse.rows("SELECT {at:DateTime64(6)}", at=datetime(2026, 1, 1))


def test_columns_of_a_result_without_rows_are_empty():
    assert clickhouse.columns("SELECT 1 AS n WHERE 0")["n"] == []
    assert clickhouse.columns("SELECT number AS n FROM numbers(3)")["n"] == [0, 1, 2]


def test_a_query_says_who_asks_and_how_long_it_may_take(settings):
    sql = "SELECT getSetting('log_comment') AS who, getSetting('max_execution_time') AS seconds"
    [row] = clickhouse.rows(sql)
    assert row["who"].endswith("test_a_query_says_who_asks_and_how_long_it_may_take")
    assert float(row["seconds"]) == settings.CLICKHOUSE_MAX_EXECUTION_SECONDS
    assert clickhouse.rows(sql, who="trace list")[0]["who"] == "trace list"


def test_a_query_that_takes_too_long_says_so():
    with pytest.raises(LimitReached, match="TIMEOUT_EXCEEDED"):
        clickhouse.rows(
            "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
            options={"max_execution_time": 1},
        )


def test_a_query_that_takes_too_much_memory_says_so():
    with pytest.raises(LimitReached, match="MEMORY_LIMIT"):
        clickhouse.rows(
            "SELECT length(groupArray(number)) FROM numbers(100000000)",
            options={"max_memory_usage": 10_000_000},
        )


def test_a_wrong_query_is_refused_without_its_values_in_the_text():
    with pytest.raises(Refused) as refused:
        clickhouse.rows("SELECT nonsense, {secret:String} AS s", secret="sk-lf-secret")
    assert "UNKNOWN_IDENTIFIER" in str(refused.value)
    assert "sk-lf-secret" not in str(refused.value)


def test_nobody_there_is_unavailable_and_heals(elsewhere, settings):
    here = settings.CLICKHOUSE_URL
    elsewhere("http://127.0.0.1:9/sonde")
    with pytest.raises(Unavailable):
        clickhouse.rows("SELECT 1")
    settings.CLICKHOUSE_URL = here
    assert clickhouse.rows("SELECT 1 AS n") == [{"n": 1}]


def test_a_wrong_password_is_unavailable_since_the_rows_are_not_at_fault(elsewhere, settings):
    url = clickhouse.address()
    elsewhere(f"http://{url.username}:wrong@{url.hostname}:{url.port}/default")
    with pytest.raises(Unavailable):
        clickhouse.rows("SELECT 1")


def test_a_missing_table_is_unavailable_since_it_may_be_migrated_yet():
    with pytest.raises(Unavailable, match="UNKNOWN_TABLE"):
        clickhouse.rows("SELECT 1 FROM not_migrated_yet")


@pytest.mark.parametrize("url", ["", "clickhouse", "ftp://host/db", "http:///db"])
def test_a_malformed_address_is_named(elsewhere, url):
    elsewhere(url)
    with pytest.raises(ImproperlyConfigured, match="CLICKHOUSE_URL"):
        clickhouse.client()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationalError("Error executing HTTP request"), Unavailable),
        (DatabaseError("HTTP driver received HTTP status 502"), Unavailable),
        (DatabaseError("x", code=252, name="TOO_MANY_PARTS"), Unavailable),
        (DatabaseError("x", code=242, name="TABLE_IS_READ_ONLY"), Unavailable),
        (DatabaseError("x", code=243, name="NOT_ENOUGH_SPACE"), Unavailable),
        (DatabaseError("x", code=49, name="LOGICAL_ERROR"), Unavailable),
        (DatabaseError("x", code=1000, name="POCO_EXCEPTION"), Unavailable),
        (DatabaseError("x", code=1002, name="UNKNOWN_EXCEPTION"), Unavailable),
        (DatabaseError("x", code=999, name="KEEPER_EXCEPTION"), Unavailable),
        (OperationalError("x", code=241, name="MEMORY_LIMIT_EXCEEDED"), LimitReached),
        (OperationalError("(total) memory limit exceeded", code=241), Unavailable),
        (DatabaseError("x", code=53, name="TYPE_MISMATCH"), Refused),
        (DatabaseError("x", code=27, name="CANNOT_PARSE_INPUT_ASSERTION_FAILED"), Refused),
        (DatabaseError("Too many partitions for single INSERT block", code=252), Refused),
        (ProgrammingError("no such column"), Refused),
    ],
)
def test_errors_are_told_apart(error, kind):
    assert type(classified(error)) is kind


def test_many_threads_share_a_client(settings):
    clickhouse.forget_clients()  # and the doubt that an earlier test's failure has left
    failures = []

    def ask(number: int) -> None:
        try:
            for turn in range(10):
                [row] = clickhouse.rows("SELECT {n:UInt64} AS n", n=number * 100 + turn)
                assert row["n"] == number * 100 + turn
        except BaseException as error:
            failures.append(error)

    most = min(16, settings.CLICKHOUSE_MOST_READS)  # more than these are told to come back
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(most)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_forked_process_gets_a_connection_of_its_own():
    assert clickhouse.rows("SELECT 1 AS n") == [{"n": 1}]
    child = os.fork()
    if child == 0:
        correct = all(
            clickhouse.rows("SELECT {n:UInt64} AS n", n=n)[0]["n"] == n for n in range(20)
        )
        os._exit(0 if correct else 1)
    assert all(clickhouse.rows("SELECT {n:UInt64} AS n", n=n)[0]["n"] == n for n in range(100, 120))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_age_of_a_moment_does_not_matter():
    long_ago = datetime(1990, 1, 1, tzinfo=UTC)
    [row] = clickhouse.rows(
        "SELECT dateDiff('day', {one:DateTime64(6)}, {other:DateTime64(6)}) AS days",
        one=long_ago, other=long_ago + timedelta(days=3),
    )  # fmt: skip
    assert row["days"] == 3
