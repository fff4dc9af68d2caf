"""Real Celery workers, killed with SIGKILL in the middle of asking."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings

from tests.judges.conftest import said
from tests.llm.stand_in import answers, says_nothing

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90
# A database of Valkey that no other process of the tests listens to; each worker of pytest-xdist
# has one, or the Celery of one would take the tasks of another's test.
BROKER = str(8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8)


def in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def worker(tmp_path):
    """`worker()`: a Celery worker in a process group of its own, on the test's database."""
    begun: list[subprocess.Popen] = []
    environment = {
        **os.environ,
        "DATABASE_URL": in_database(
            os.environ["DATABASE_URL"], django_settings.DATABASES["default"]["NAME"]
        ),
        "VALKEY_URL": in_database(os.environ["VALKEY_URL"], BROKER),
        "SONDE_OUTBOUND_LLM_NETWORKS": "127.0.0.1/32",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }

    def start() -> subprocess.Popen:
        argv = ["-m", "celery", "-A", "config", "worker", "--concurrency", "1", "-l", "WARNING"]
        with (tmp_path / f"worker-{len(begun)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *argv],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def tell():
    """Have whoever works take up what is due, as beat does."""
    from config.celery import app
    from evals.judges import tasks

    def told() -> None:
        with app.connection_for_write(in_database(os.environ["VALKEY_URL"], BROKER)) as broker:
            tasks.resume.apply_async(connection=broker)

    return told


def wait_for(is_so, what: str, tell) -> None:
    """Tells as often as beat would."""
    deadline, told_at = time.monotonic() + PATIENCE_SECONDS, float("-inf")
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        if time.monotonic() - told_at > 5:
            tell()
            told_at = time.monotonic()
        time.sleep(0.05)


def test_what_a_killed_worker_was_asking_is_taken_over_and_scored_exactly_once(
    evaluator, answered, provider, look, clock, scores_of, worker, tell
):
    one = evaluator()
    for number in range(3):
        answered(f"t{number}")
    assert look(one) == 3
    provider.will(says_nothing)
    first = worker()
    wait_for(lambda: len(provider.asked) == 3, "the first worker to ask", tell)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert set(one.executions.values_list("status", flat=True)) == {"running"}
    provider.will(answers(said(0.5)))
    provider.go_on.set()
    clock(minutes=1)  # nobody has said for long that they are at it
    worker()
    done = one.executions.filter(status="done")
    wait_for(lambda: done.count() == 3, "the second worker", tell)
    assert len(provider.asked) == 6
    for number in range(3):
        [score] = scores_of(f"t{number}")
        assert (score["value"], score["source"]) == (0.5, "EVAL")
    assert one.executions.count() == 3
