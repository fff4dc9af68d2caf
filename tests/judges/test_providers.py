"""What providers answer, refuse and leave out, and what becomes of it."""

import pytest
from django.utils import timezone

from evals.judges import evaluators
from evals.judges.models import Pace, State
from tests.judges.conftest import said, statuses
from tests.llm.stand_in import answers, refuses, says_nothing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong",
    [
        "I think it is good.", "", "[1]", said(7), said("0.5"), said(True), said(None),
        '{"score": 1}', '{"reasoning": "r", "score": NaN}', '{"score": 0, "score": 1}',
        '{"reasoning": "r", "score": 1, "also": 2}', said(1) + " I hope this helps!",
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_kept_as_failed_and_never_becomes_a_score(
    wrong, evaluator, answered, provider, look, work, scores_of
):
    one = evaluator(most_attempts=1)
    answered("t1")
    provider.will(answers(wrong))
    look(one)
    work()
    [execution] = one.executions.all()
    assert (execution.status, execution.error) == ("failed", "wrong_answer")
    assert (execution.answer, execution.said != "") == (wrong, True)
    assert scores_of("t1") == []


def test_a_wrong_answer_is_asked_for_again_as_often_as_the_version_says(
    evaluator, answered, provider, look, work, clock, scores_of
):
    one = evaluator(most_attempts=3)
    answered("t1")
    provider.will(answers("no"), refuses(500), answers(said(0.5)))
    look(one)
    for _attempt in range(3):
        work()
        clock(minutes=30)
    [execution] = one.executions.all()
    assert (execution.status, execution.attempts, execution.error) == ("done", 2, "")
    assert [score["value"] for score in scores_of("t1")] == [0.5]


def test_a_429_slows_the_connection_and_then_all_is_done(
    evaluator, answered, provider, look, work, clock
):
    one = evaluator()
    for number in range(5):
        answered(f"t{number}")
    Pace.objects.update(at_once=1)
    provider.will(answers(said(1)), refuses(429, retry_after="120"), answers(said(1)))
    look(one)
    work()
    assert len(provider.asked) == 2  # the rest waits as well
    pace = Pace.objects.get()
    assert 100 < (pace.slowed_until - timezone.now()).total_seconds() <= 120
    assert statuses(one) == {"done": 1, "waiting": 4}
    work()
    assert len(provider.asked) == 2
    clock(seconds=121)
    work()
    assert statuses(one) == {"done": 5}
    assert not one.executions.filter(attempts__gt=0).exists()


def test_a_hanging_judge_times_out_and_is_asked_more_and_more_seldom(
    evaluator, answered, provider, look, work
):
    one = evaluator(timeout_seconds=1, most_attempts=1)
    answered("t1")
    provider.will(says_nothing)
    look(one)
    work()
    [execution] = one.executions.all()
    assert (execution.status, execution.error) == ("failed", "timeout")
    assert Pace.objects.get().slowed_until > timezone.now()


@pytest.mark.parametrize(("status", "reason"), [(401, "key"), (402, "quota"), (404, "not_found")])
def test_an_evaluator_whose_provider_refuses_it_is_paused_with_the_reason_and_loses_nothing(
    status, reason, evaluator, answered, provider, look, work, clock
):
    one = evaluator()
    for number in range(4):
        answered(f"t{number}")
    Pace.objects.update(at_once=1)
    provider.will(refuses(status, {"message": "No more for you."}))
    look(one)
    work()
    one.refresh_from_db()
    assert (one.state, one.reason, len(provider.asked)) == (State.PAUSED, reason, 3)
    assert "No more for you." in one.reason_said
    assert statuses(one) == {"waiting": 4}
    provider.will(answers(said(1)))
    evaluators.turn_on(one)
    clock(minutes=1)
    work()
    assert statuses(one) == {"done": 4}


def test_a_connection_that_is_deleted_pauses_who_waits_for_it(evaluator, answered, look):
    from evals.judges import upkeep

    one = evaluator()
    answered("t1")
    look(one)
    evaluators.current(one).connection.delete()
    upkeep.pause_without_connection()
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.PAUSED, "no_connection")
    assert "Make a new version" in evaluators.reason_shown(one)


def test_a_server_that_knows_no_schemas_is_asked_without(evaluator, answered, provider, look, work):
    one = evaluator()
    answered("t1")
    refusal = refuses(400, {"message": "Unknown parameter: response_format"})
    provider.will(refusal, answers(said(1)))
    look(one)
    work()
    assert one.executions.get().status == "done"
    assert ["response_format" in asked.body for asked in provider.asked] == [True, False]
