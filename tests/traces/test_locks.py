"""One writer per trace, in one process or several; a killed one holds nothing."""

import subprocess
import sys
import threading
import time

import pytest
from django.db import connection

from traces import locks
from traces.errors import Locked

HOLD = """
import sys, django
from django.conf import settings
settings.configure(DATA_DIR=sys.argv[1], INGEST_TRACE_LOCKS="file")
from traces.locks import trace_locks
with trace_locks("p", ["t"]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def elsewhere(tmp_path):
    """Another process that holds the lock of trace t."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def is_free(trace_id: str) -> bool:
    """Whether another thread gets the lock within WAIT_SECONDS."""
    heard = []

    def ask() -> None:
        try:
            with locks.trace_locks("p", [trace_id]):
                heard.append(True)
        except Locked:
            heard.append(False)
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    [is_so] = heard
    return is_so


def test_a_killed_process_holds_nothing(elsewhere, monkeypatch):
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.2)
    assert not is_free("t")
    elsewhere.kill()
    monkeypatch.setattr(locks, "WAIT_SECONDS", 10)
    assert is_free("t")


def test_another_process_is_waited_for(elsewhere, monkeypatch):
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.2)
    assert not is_free("t")
    assert is_free("another trace")
    elsewhere.stdin.close()
    monkeypatch.setattr(locks, "WAIT_SECONDS", 10)
    assert is_free("t")


def test_a_thread_waits_no_longer_than_agreed(monkeypatch):
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.2)
    with locks.trace_locks("p", ["t"]):
        began = time.monotonic()
        assert not is_free("t")
        assert 0.2 <= time.monotonic() - began < 5


def test_many_traces_at_once_in_any_order_never_deadlock():
    traces = [f"t{n}" for n in range(400)]
    inside, most = [], []

    def work(number: int) -> None:
        for _ in range(10):
            with locks.trace_locks("p", traces[number:] + traces[:number]):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(most) == 60
    assert max(most) == 1


def test_the_locks_are_free_after_an_error():
    with pytest.raises(ZeroDivisionError), locks.trace_locks("p", ["t"]):
        raise ZeroDivisionError
    assert is_free("t")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="no lock named"), locks.named_lock("nonsense"):
        pass


@pytest.mark.django_db(transaction=True)
def test_postgres_keeps_hosts_apart(settings, monkeypatch):
    settings.INGEST_TRACE_LOCKS = "postgres"
    monkeypatch.setattr(locks, "WAIT_SECONDS", 1)
    with locks.trace_locks("p", ["t"]):
        began = time.monotonic()
        assert not is_free("t")
        assert time.monotonic() - began >= 1
    assert is_free("t")


@pytest.mark.django_db(transaction=True)
def test_postgres_away_is_unavailable(settings, monkeypatch):
    settings.INGEST_TRACE_LOCKS = "postgres"
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "9")
    with pytest.raises(Locked), locks.trace_locks("p", ["t"]):
        pass
