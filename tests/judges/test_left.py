"""What a worker died at whose evaluator does not go on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evals.judges import evaluators, finding, queue, reasons, tasks, upkeep
from evals.judges.models import Evaluator, Execution
from tests.judges.conftest import said
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def died_at(evaluator, answered):
    """An evaluator of which a worker took up one trace that is there, and one that is gone."""
    one = evaluator()
    answered("there")
    version = evaluators.current(one)
    finding.make(version, [("there", ""), ("gone", "")])
    pace = queue.hold(version.connection_id)
    assert queue.claim(pace) and queue.claim(pace)
    queue.let_go(pace)
    Execution.objects.update(held_until=timezone.now() - A_MINUTE)
    return one


def states(one) -> dict[str, list[str]]:
    found = one.executions.values_list("trace_id", "status", "error", "holder")
    return {trace_id: rest for trace_id, *rest in map(tuple, found)}


def paused(one) -> None:
    evaluators.pause(one, reasons.BY_HAND)


def budget_spent(one) -> None:
    Evaluator.objects.filter(pk=one.pk).update(held_until=timezone.now() + A_MINUTE)


def disconnected(one) -> None:
    one.versions.update(connection=None)


@pytest.mark.parametrize("stop", [paused, budget_spent, disconnected])
def test_it_does_not_run_any_more_and_ends_where_there_is_nothing_to_judge(died_at, stop):
    stop(died_at)
    tasks.resume()
    found = states(died_at)
    assert found["there"] == ["waiting", "", ""]
    assert found["gone"][:2] == ["failed", "gone"]


def test_what_a_worker_is_at_and_what_the_next_takes_over_stays(died_at):
    upkeep.leave_to_nobody(timezone.now())
    paused(died_at)
    upkeep.leave_to_nobody(timezone.now() - 2 * A_MINUTE)  # its hold is not over then
    assert {status for status, *_rest in states(died_at).values()} == {"running"}


def test_it_goes_on_when_the_evaluator_does(died_at, provider, work):
    paused(died_at)
    upkeep.leave_to_nobody(timezone.now())
    evaluators.turn_on(died_at)
    provider.will(answers(said(1)))
    work()
    assert {one: status for one, (status, *_rest) in states(died_at).items()} == {
        "there": "done", "gone": "failed",
    }  # fmt: skip


def test_the_page_says_why_judgements_wait(died_at, page):
    shown = page("evaluator-quality", died_at.pk)
    assert "2 judgements are still waiting." in shown and "does not go on" not in shown
    paused(died_at)
    upkeep.leave_to_nobody(timezone.now())
    shown = page("evaluator-quality", died_at.pk)
    assert "1 judgement is still waiting. The evaluator does not go on: Paused by hand." in shown
