"""What is kept of executions: for how long, and when a run is stopped."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from evals.judges import evaluators, finding, past, queue, upkeep
from evals.judges.models import Execution, PastRun
from tests.llm.stand_in import answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project):
    def made(one) -> PastRun:
        return PastRun.objects.create(
            project=project,
            version=evaluators.current(one),
            target="trace",
            most=100,
            since=0,
            until=time.time_ns(),
        )

    return made


def test_texts_are_forgotten_until_none_are_left(
    evaluator, answered, look, work, provider, monkeypatch
):
    one = evaluator(output={"kind": "share"})
    for number in range(5):
        answered(f"t{number}")
    look(one)
    holds = '{"reasoning": "r", "items": [{"item": "quoted", "holds": true}]}'
    provider.will(answers(holds))
    work()
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    upkeep.forget_texts(timezone.now() + timedelta(days=31))
    kept = {(x.sent, x.answer, len(x.items), x.value, x.reasoning) for x in one.executions.all()}
    assert kept == {(None, "", 0, 1.0, "r")}
    assert not Execution.objects.filter(sent__isnull=False).exists()


def test_a_run_that_is_stopped_keeps_what_was_paid_and_makes_no_more(
    evaluator, answered, provider, work, run
):
    one = evaluator()
    for number in range(3):
        answered(f"t{number}")
    begun = run(one)
    version = begun.version
    assert finding.make(version, [("t0", "")], run=begun) == 1
    provider.will(answers("no verdict"))
    work()
    assert finding.make(version, [("t1", "")], run=begun) == 1
    assert past.cancel(begun) == 1
    begun.refresh_from_db()
    assert (begun.is_cancelled, begun.dropped) == (True, 1)
    [kept] = begun.executions.all()
    assert (kept.trace_id, kept.status, kept.error) == ("t0", "failed", "cancelled")
    assert past.progressed(begun).cost == kept.cost > 0
    assert finding.make(version, [("t2", "")], run=begun) == 0


def test_what_is_asked_while_its_run_is_stopped_is_not_asked_again(
    evaluator, answered, provider, run, work
):
    one = evaluator()
    answered("t0")
    begun = run(one)
    finding.make(begun.version, [("t0", "")], run=begun)
    pace = queue.hold(begun.version.connection_id)
    execution = queue.claim(pace)
    assert past.cancel(begun) == 0
    assert queue.put_back(execution, timezone.now())
    execution.refresh_from_db()
    assert (execution.status, execution.error) == ("failed", "cancelled")
    queue.let_go(pace)
    work()
    assert provider.asked == []
