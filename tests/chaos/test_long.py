"""The long form (`make chaos`): each fault again and again, from several seeds, and the proof that
the suite would notice. Writes docs/durability-results.json.
"""

import json
import os
import platform
import random
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.check import check
from tests.chaos.faults import repeatedly
from tests.chaos.load import Connection, messages
from tests.chaos.trial import Trials
from tests.running_sonde import ROOT, Stack

pytestmark = pytest.mark.chaos

RESULTS = ROOT / "docs" / "durability-results.json"
EARLY_ACK = Path(__file__).parent / "early_ack"
SEEDS = range(1, 1 + int(os.environ.get("CHAOS_SEEDS", "2")))


def drain_interrupted(stack: Stack, rng: random.Random) -> None:
    """ClickHouse is away, comes back, and whoever writes back what was held is killed at it."""
    faults.take_away("clickhouse", seconds=15)(stack, rng)
    for _ in range(3):
        stack.wait_for(stack.is_ready, "ClickHouse to be back")
        faults.kill_all_of_web(stack, rng)
        faults.kill_celery(stack, rng)


SCENARIOS = {
    "web worker killed": repeatedly(
        faults.kill_a_web_worker, times=20, pause=(0.5, 3), until_well=False
    ),
    "all of web killed": repeatedly(faults.kill_all_of_web, times=4, pause=(0.5, 3)),
    "ClickHouse killed": repeatedly(faults.kill_clickhouse, times=5, pause=(0.5, 3)),
    "ClickHouse stopped": repeatedly(faults.stop_clickhouse_for(8), times=3, pause=(1, 3)),
    "ClickHouse away for two minutes": faults.take_away("clickhouse", seconds=120),
    "drain interrupted": drain_interrupted,
    "Postgres killed": repeatedly(faults.kill_postgres, times=4, pause=(0.5, 3)),
    "Valkey killed": repeatedly(faults.kill_valkey, times=3, pause=(0.5, 3)),
    "Celery killed": repeatedly(faults.kill_celery, times=3, pause=(0.5, 3)),
    "both stores killed": repeatedly(faults.kill_clickhouse_and_postgres, times=3, pause=(0.5, 3)),
    "everything killed": repeatedly(faults.kill_everything, times=3, pause=(0.5, 3)),
}


@pytest.fixture(scope="module")
def outcomes() -> Iterator[list[dict]]:
    """What is found out, written down at the end."""
    found: list[dict] = []
    yield found
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    report = {
        "commit": commit.stdout.strip(),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "note": "A verdict is of all that was sent to that Sonde up to the end of the trial.",
        "trials": found,
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")


@pytest.fixture(scope="module")
def trials(tmp_path_factory) -> Iterator[Trials]:
    folder = tmp_path_factory.mktemp("chaos")
    with Stack(folder) as stack:
        trials = Trials(stack, folder)
        yield trials
        trials.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_that_was_acknowledged_is_lost_or_doubled(trials, outcomes, name, seed):
    outcome = trials.run(name, SCENARIOS[name], seed=seed)
    outcomes.append(asdict(outcome))
    assert outcome.verdict.is_clean, outcome
    assert outcome.surprises == {}, outcome


def test_a_batch_is_there_though_clickhouse_is_killed_the_moment_it_is_acknowledged(
    trials, outcomes
):
    rng = random.Random(7)
    sent = messages(rng)
    with closing(trials.connection()) as connection:
        for _ in range(5):
            acknowledge(trials, connection, next(sent))
            faults.kill_clickhouse(trials.stack, rng)
            acknowledge(trials, connection, next(sent))  # this one is held
            trials.stack.wait_until_ready()
    trials.wait_until_drained()
    verdict = check(trials.ledger, trials.clickhouse_url, trials.stack.project_id)
    outcomes.append({"name": "ClickHouse killed at the ack", "verdict": asdict(verdict)})
    assert verdict.is_clean, verdict


def acknowledge(trials: Trials, connection: Connection, message) -> None:
    trials.ledger.note_sent(message.facts)
    status, _answer = connection.post(message.path, message.body)
    assert status in (200, 207)
    trials.ledger.note_acked(message.facts)


def test_the_suite_notices_a_sonde_that_acknowledges_too_early(tmp_path, outcomes):
    with Stack(tmp_path, PYTHONPATH=str(EARLY_ACK)) as stack:
        trials = Trials(stack, tmp_path)
        fault = repeatedly(faults.kill_all_of_web, times=2, pause=(2, 3))
        outcome = trials.run("negative control: acknowledged too early", fault, seed=1)
        trials.close()
    outcomes.append(asdict(outcome))
    assert outcome.surprises == {}, outcome  # it is a Sonde like any other, but for the lie
    assert outcome.verdict.lost > 0, outcome
