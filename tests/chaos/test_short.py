"""The short form of the failure tests: every fault once. `make chaos` is the long one.

No acknowledged record may be lost, doubled or changed, and none appear that nobody sent.
"""

import pytest

from tests.chaos import faults
from tests.chaos.check import verdict
from tests.chaos.ledger import Fact, Ledger, digest
from tests.chaos.trial import Trials
from tests.running_sonde import Stack

EVERY_FAULT = faults.one_after_the_other(
    faults.kill_a_web_worker,
    faults.kill_clickhouse,
    faults.kill_postgres,
    faults.kill_valkey,
    faults.kill_all_of_web,
    faults.stop_clickhouse_for(6.5),
    faults.kill_clickhouse_and_postgres,
)


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chaos")
    with Stack(folder) as stack:
        trials = Trials(stack, folder)
        yield trials
        trials.close()


def test_whatever_is_killed_nothing_that_was_acknowledged_is_lost_or_doubled(trials):
    outcome = trials.run("every fault once", EVERY_FAULT, seed=1, senders=4)
    assert outcome.verdict.is_clean, outcome
    assert outcome.surprises == {}, outcome
    assert outcome.verdict.acked > 200, outcome


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "ledger.jsonl")
    yield made
    made.close()


def fact(row: str, text: str, table: str = "spans", column: str = "input") -> Fact:
    return Fact(table, row, column, digest(text))


def row(name: str, **columns: str) -> dict:
    return {"row": name, "input": "", "output": "", "trace_name": "", **columns}


def test_the_checker_is_content_with_what_is_as_it_was_sent(ledger):
    ledger.note_sent([fact("a", "x"), fact("b", "y")])
    ledger.note_acked([fact("a", "x")])
    found = verdict(ledger, {"spans": [row("a", input="x")], "scores": []})
    assert found.is_clean
    with_unacknowledged = {"spans": [row("a", input="x"), row("b", input="y")], "scores": []}
    assert verdict(ledger, with_unacknowledged).is_clean


@pytest.mark.parametrize(
    ("stored", "what"),
    [
        ([], "lost"),
        ([row("a")], "lost"),
        ([row("a", input="x"), row("a", input="x")], "duplicated"),
        ([row("a", input="x"), row("never sent")], "phantom"),
        ([row("a", input="x"), row("b", input="something else")], "corrupted"),
    ],
)
def test_the_checker_notices(ledger, stored, what):
    ledger.note_sent([fact("a", "x"), fact("b", "y")])
    ledger.note_acked([fact("a", "x")])
    found = verdict(ledger, {"spans": stored, "scores": []})
    assert getattr(found, what) == 1
    assert not found.is_clean
