"""Group commit by itself: who waits for what, and who hears of which failure."""

import threading
import time

import pytest

from traces import group
from traces.errors import Refused, Unavailable


class Table:
    """Takes rows as an engine would: when the test lets it, all of an insert or nothing."""

    def __init__(self):
        self.inserts: list[list] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Semaphore(0)
        self.failure: BaseException | None = None

    def insert(self, rows: list) -> None:
        self.entered.release()
        assert self.open.wait(10)
        if self.failure:
            raise self.failure
        if any(row == "bad" for row in rows):
            raise Refused("a bad row")
        self.inserts.append(rows)


class Senders:
    """Threads that store, and what became of each."""

    def __init__(self, commit: group.GroupCommit):
        self.commit = commit
        self.outcomes: dict[str, object] = {}
        self.threads: list[threading.Thread] = []

    def begin(self, name: str, *rows: str) -> None:
        thread = threading.Thread(target=self._store, args=(name, list(rows) or [name]))
        thread.start()
        self.threads.append(thread)

    def send(self, name: str, *rows: str) -> None:
        """Returns when the rows wait behind the insert that runs."""
        waiting = len(self.commit._waiting)
        self.begin(name, *rows)
        wait_until(lambda: len(self.commit._waiting) > waiting)

    def _store(self, name: str, rows: list[str]) -> None:
        try:
            self.commit.store(rows)
            self.outcomes[name] = "stored"
        except BaseException as error:
            self.outcomes[name] = error

    def join(self) -> dict[str, object]:
        for thread in self.threads:
            thread.join(10)
        return self.outcomes


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def commit(table) -> group.GroupCommit:
    return group.GroupCommit(table.insert, lambda rows: 100 * len(rows))


@pytest.fixture
def senders(commit, table) -> Senders:
    """The first has begun its insert, which waits for `table.open`."""
    table.open.clear()
    senders = Senders(commit)
    senders.begin("first")
    assert table.entered.acquire(timeout=10)
    return senders


def test_what_arrives_during_an_insert_goes_into_the_next_together(table, senders):
    for name in ("a", "b", "c"):
        senders.send(name)
    table.open.set()
    assert set(senders.join().values()) == {"stored"}
    assert table.inserts == [["first"], ["a", "b", "c"]]


def test_nobody_returns_before_their_rows_are_stored(table, senders):
    senders.send("a")
    assert senders.outcomes == {}
    table.open.set()
    assert senders.join() == {"first": "stored", "a": "stored"}


def test_a_group_is_bounded_in_rows_and_bytes(table, senders, monkeypatch):
    monkeypatch.setattr(group, "MAX_GROUP_ROWS", 3)
    for name in ("a", "b", "c", "d"):
        senders.send(name)
    table.open.set()
    senders.join()
    assert table.inserts == [["first"], ["a", "b", "c"], ["d"]]


def test_a_request_larger_than_a_group_is_stored_in_slices(table, commit, monkeypatch):
    monkeypatch.setattr(group, "MAX_GROUP_BYTES", 200)
    commit.store(list("abcde"))
    assert table.inserts == [["a", "b"], ["c", "d"], ["e"]]


def test_a_failed_group_fails_for_all_who_wait(table, senders):
    for name in ("a", "b"):
        senders.send(name)
    table.failure = Unavailable("gone")
    table.open.set()
    outcomes = senders.join()
    assert [type(outcome) for outcome in outcomes.values()] == [Unavailable] * 3
    assert len({id(outcome) for outcome in outcomes.values()}) == 3
    assert table.inserts == []


def test_it_works_again_after_a_failure(table, commit):
    table.failure = Unavailable("gone")
    with pytest.raises(Unavailable):
        commit.store(["a"])
    table.failure = None
    commit.store(["b"])
    assert table.inserts == [["b"]]


def test_a_bad_row_is_named_to_its_sender_and_all_others_are_stored(table, senders):
    senders.send("a", "a1", "a2")
    senders.send("guilty", "g1", "bad", "g2", "bad")
    senders.send("b", "b1")
    table.open.set()
    outcomes = senders.join()
    assert (outcomes["a"], outcomes["b"]) == ("stored", "stored")
    assert isinstance(outcomes["guilty"], Refused)
    assert outcomes["guilty"].rows == ["bad", "bad"]
    stored = sorted(row for insert in table.inserts for row in insert)
    assert stored == ["a1", "a2", "b1", "first", "g1", "g2"]


def test_an_error_of_our_own_reaches_the_leader_and_leaves_nobody_waiting(table, senders):
    senders.send("a")
    table.failure = ZeroDivisionError()
    table.open.set()
    outcomes = senders.join()
    assert isinstance(outcomes["first"], ZeroDivisionError)
    assert isinstance(outcomes["a"], Unavailable | ZeroDivisionError)
    table.failure = None
    senders.commit.store(["b"])
    assert table.inserts == [["b"]]


def counting(insert):
    calls = []

    def counted(rows):
        calls.append(len(rows))
        insert(rows)

    return counted, calls


def test_rows_that_the_insert_names_cost_one_more_insert_however_many_they_are(table):
    def insert(rows):
        if bad := [row for row in rows if row.startswith("bad")]:
            raise Refused("first reason", bad, {id(row): f"why {row}" for row in bad})
        table.insert(rows)

    insert, calls = counting(insert)
    rows = [f"{'bad' if n % 2 else 'good'}{n}" for n in range(1000)]
    with pytest.raises(Refused) as refused:
        group.GroupCommit(insert, len).store(rows)
    assert calls == [1000, 500]
    assert refused.value.rows == rows[1::2]
    assert refused.value.reason_of(rows[3]) == "why bad3"
    assert table.inserts == [rows[::2]]


def test_a_refusal_of_every_row_is_not_the_rows_fault():
    def insert(rows):
        raise Refused("no such setting")

    insert, calls = counting(insert)
    with pytest.raises(Unavailable, match="no such setting"):
        group.GroupCommit(insert, len).store([f"{n}" for n in range(1000)])
    assert len(calls) < 30


def test_the_search_for_refused_rows_has_an_end(table):
    insert, calls = counting(table.insert)
    rows = [f"bad {n}"[:3] if n % 10 == 0 else f"{n}" for n in range(1000)]
    with pytest.raises(Unavailable, match="one by one"):
        group.GroupCommit(insert, len, most_inserts=50).store(rows)
    assert len(calls) == 50
