"""While ClickHouse hangs, reads give their threads back."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.ingest.proxy import Fault, Proxy
from traces import clickhouse
from traces.errors import Unavailable
from traces.presence import AWAY_SECONDS, Presence

ONE_SECOND = {"max_execution_time": 1}
pytestmark = pytest.mark.usefixtures("clickhouse_schema")


@pytest.fixture
def proxy(settings):
    url = urlsplit(settings.CLICKHOUSE_URL)
    proxy = Proxy(url.hostname, url.port)
    login = url.netloc.rpartition("@")[0]
    settings.CLICKHOUSE_URL = urlunsplit(url._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))
    clickhouse.forget_clients()
    clickhouse.rows("SELECT 1", options=ONE_SECOND)
    clickhouse.ping()
    yield proxy
    proxy.close()
    clickhouse.forget_clients()


def seconds_until_unavailable(**options) -> float:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        clickhouse.rows("SELECT 1", **options)
    return time.monotonic() - began


def test_a_read_waits_for_little_longer_than_it_may_take(proxy):
    proxy.fault = Fault.HANG
    assert 2 < seconds_until_unavailable(options=ONE_SECOND) < 8


def test_after_one_read_has_failed_the_others_are_told_at_once(proxy):
    proxy.fault = Fault.HANG
    seconds_until_unavailable(options=ONE_SECOND)
    assert seconds_until_unavailable() < 7  # asks for a sign of life, with a patience of 2 s
    assert max(seconds_until_unavailable() for _ in range(20)) < 0.5


def test_many_first_reads_wait_no_longer_than_one(proxy):
    clickhouse.forget_clients()
    proxy.fault = Fault.HANG
    with ThreadPoolExecutor(8) as readers:
        waits = readers.map(lambda _: seconds_until_unavailable(options=ONE_SECOND), range(8))
        assert max(waits) < 8


def test_a_write_that_fails_warns_the_readers(proxy):
    clickhouse.client("write")
    proxy.fault = Fault.HANG
    with pytest.raises(Unavailable):
        clickhouse.insert_native("spans", ["name"], b"x", who="test", options={})
    seconds_until_unavailable()
    assert seconds_until_unavailable() < 0.5


def test_reads_go_on_when_it_is_back(proxy):
    proxy.fault = Fault.HANG
    seconds_until_unavailable(options=ONE_SECOND)
    proxy.cut()
    proxy.fault = Fault.NONE
    assert clickhouse.rows("SELECT 1 AS one") == [{"one": 1}]


def test_a_query_that_reaches_its_limit_says_nothing_about_clickhouse(proxy):
    with pytest.raises(clickhouse.LimitReached):
        clickhouse.rows("SELECT sleepEachRow(1) FROM numbers(3)", options=ONE_SECOND)
    proxy.fault = Fault.REFUSE
    with pytest.raises(Unavailable, match="does not answer"):
        clickhouse.rows("SELECT 1")


def test_while_one_asks_in_vain_for_a_sign_of_life_the_others_wait_only_a_moment():
    asked, answer = threading.Event(), threading.Event()

    def ping():
        asked.set()
        answer.wait(60)

    presence = Presence(ping, most_reads=2)
    presence.doubt()

    def read():
        with presence.reading():
            pass

    asking = threading.Thread(target=read)
    asking.start()
    assert asked.wait(60)
    with pytest.raises(Unavailable):
        read()
    answer.set()
    asking.join()
    read()


def test_who_comes_while_one_asks_is_served_by_the_same_sign_of_life(monkeypatch):
    monkeypatch.setattr("traces.presence.PATIENCE_SECONDS", 60)
    asked, answer, pings, served = threading.Event(), threading.Event(), [], []

    def ping():
        pings.append(None)
        asked.set()
        answer.wait(60)

    presence = Presence(ping, most_reads=8)
    presence.doubt()

    def read():
        with presence.reading():
            served.append(None)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    assert asked.wait(60)
    answer.set()
    for reader in readers:
        reader.join()
    assert (len(pings), len(served)) == (1, 8)


def test_reads_leave_some_threads_to_others(monkeypatch):
    monkeypatch.setattr("traces.presence.PATIENCE_SECONDS", 0.05)
    presence = Presence(lambda: None, most_reads=1)
    with presence.reading(), pytest.raises(Unavailable, match="Too many"), presence.reading():
        pass
    with presence.reading():
        pass


def test_away_is_forgotten_after_a_moment(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("traces.presence.time.monotonic", lambda: now[0])
    pings = []

    def ping():
        pings.append(now[0])
        if len(pings) == 1:
            raise Unavailable

    presence = Presence(ping, most_reads=1)
    presence.doubt()
    for _ in range(3):
        with pytest.raises(Unavailable), presence.reading():
            pass
    now[0] += AWAY_SECONDS
    with presence.reading():
        pass
    assert pings == [100.0, 100.0 + AWAY_SECONDS]
