"""Judges among the evaluators of an experiment that Sonde runs."""

import json

import pytest

from evals.experiments.measuring import measurements
from evals.experiments.models import Judgement, Plan, PlannedItem, Step
from evals.experiments.running import planning, working
from evals.experiments.running.evaluators import JUDGE, offered
from evals.experiments.running.planning import Wish
from tests.llm.stand_in import answers, refuses


def said(score, reasoning="Because."):
    return json.dumps({"reasoning": reasoning, "score": score})


@pytest.fixture
def plan(project, dataset, make, make_connection, unpaced):
    """An experiment on the five items, with a judge `right` and no checks."""
    from evals.judges import evaluators

    connection = unpaced(make_connection(model_names=["gpt-4o-mini"]))
    draft = evaluators.Draft(
        messages=[{"role": "user", "content": "{{question}} {{answer}} {{wanted}}"}],
        mapping={
            "question": {"source": "input", "path": "country"},
            "answer": {"source": "output"},
            "wanted": {"source": "expected_output"},
        },
        output={"kind": "boolean"},
        connection=connection,
        model="gpt-4o-mini",
    )
    evaluators.create(project, "right", draft)
    (judge,) = [one for one in offered(project.id) if one.kind == JUDGE]
    wish = Wish(
        dataset=dataset,
        name="judged",
        version=make("capital", "Capital of {{country}}?"),
        connection=connection,
        model="gpt-4o-mini",
        parameters={},
        evaluators=[judge],
    )
    assert planning.estimate(wish).judges == 1
    return planning.start(wish, None, None)


@pytest.fixture
def provided(provider):
    """`provided(script)`: what judges answer; all other calls answer “Seoul”."""

    def provide(*scripts):
        waiting = list(scripts)

        def script(handler, asked):
            if "<data-" not in json.dumps(asked.body):
                return answers("Seoul")(handler, asked)
            chosen = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return chosen(handler, asked)

        provider.will(script)

    return provide


def finished(project, plan):
    from evals.judges.models import Pace

    for _ in range(30):
        if not working.work(plan.pk, seconds=30):
            plan.refresh_from_db()
            if plan.is_over:
                break
            # As if the time had passed.
            now = plan.asked_at
            PlannedItem.objects.filter(plan=plan).update(due_at=now)
            Judgement.objects.filter(plan=plan).update(due_at=now)
            Plan.objects.filter(pk=plan.pk).update(due_at=now)
            Pace.objects.update(slowed_until=None)
    plan.refresh_from_db()
    assert plan.is_over
    return measurements(project.id, [plan.run.public_id])[plan.run.public_id]


def test_a_judge_scores_every_answer_once_with_its_reason(project, plan, provider, provided):
    provided(answers(said(True, "Well said.")))
    found = finished(project, plan)
    scores = [one.scores["right"] for one in found.values()]
    assert [(one.is_boolean, one.number, one.comment) for one in scores] == [
        (True, 1.0, "Well said.")
    ] * 5
    judged = [one for one in provider.asked if "<data-" in json.dumps(one.body)]
    assert len(judged) == 5 and "Seoul" in json.dumps(judged[0].body)
    assert all(one.cost is not None and one.cost < 0.001 for one in found.values())


def test_a_judge_that_answers_prose_is_asked_again_and_never_believed(project, plan, provided):
    provided(answers("It looks right to me!"))
    found = finished(project, plan)
    assert len(found) == 5 and not any(one.scores for one in found.values())
    assert not any(one.has_failed for one in found.values())
    items = PlannedItem.objects.filter(plan=plan)
    assert {one.step for one in items} == {Step.DONE}
    assert all("right: The answer is not JSON." in one.said for one in items)


def test_a_judge_whose_provider_wants_fewer_calls_is_asked_later(project, plan, provided):
    provided(refuses(429, retry_after="30"), answers(said(False)))
    found = finished(project, plan)
    assert [one.scores["right"].number for one in found.values()] == [0.0] * 5
