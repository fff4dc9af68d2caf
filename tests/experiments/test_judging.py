"""Judges among the evaluators of an experiment that Sonde runs."""

import json
from decimal import Decimal

import pytest

from evals.experiments.measuring import measurements, with_comments
from evals.experiments.models import Judgement, Plan, PlannedItem, Step
from evals.experiments.progress import progress_of
from evals.experiments.running import planning, turns, working
from evals.experiments.running.evaluators import JUDGE, offered
from evals.experiments.running.planning import Wish
from evals.judges.models import Evaluator, Pace, Spending, State
from ingest.admission import Overloaded
from tests.llm.stand_in import answers, refuses
from traces.clickhouse import rows


def said(score, reasoning="Because."):
    return json.dumps({"reasoning": reasoning, "score": score})


@pytest.fixture
def connection(make_connection, unpaced):
    return unpaced(make_connection(model_names=["gpt-4o-mini"]))


@pytest.fixture
def judge(project, connection):
    """`judge("right")`: an evaluator that answers yes or no."""
    from evals.judges import evaluators

    def made(name, **changes):
        given = {
            "messages": [{"role": "user", "content": f"{name}: {{{{q}}}} {{{{answer}}}}"}],
            "mapping": {
                "q": {"source": "input", "path": "country"},
                "answer": {"source": "output"},
            },
            "output": {"kind": "boolean"},
            "connection": connection,
            "model": "gpt-4o-mini",
        }
        return evaluators.create(project, name, evaluators.Draft(**{**given, **changes}))

    return made


@pytest.fixture
def begin(project, dataset, make, connection):
    """`begin()`: an experiment on the five items, with all judges there are and no checks."""

    def begun():
        judges = [one for one in offered(project.id) if one.kind == JUDGE]
        wish = Wish(
            dataset=dataset,
            name="judged",
            version=make("capital", "Capital of {{country}}?"),
            connection=connection,
            model="gpt-4o-mini",
            parameters={},
            evaluators=judges,
        )
        assert planning.estimate(wish).judges == len(judges)
        return planning.start(wish, None, None)

    return begun


@pytest.fixture
def plan(judge, begin):
    judge("right")
    return begin()


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


def judged_by(provider, name=""):
    """The bodies of the calls of judges, or of one."""
    told = [json.dumps(one.body) for one in provider.asked]
    return [one for one in told if "<data-" in one and f"{name}: " in one]


def as_if_time_had_passed(plan):
    PlannedItem.objects.filter(plan=plan).update(due_at=plan.asked_at)
    Judgement.objects.filter(plan=plan).update(due_at=plan.asked_at)
    Plan.objects.filter(pk=plan.pk).update(due_at=plan.asked_at)
    Pace.objects.update(slowed_until=None)


def finished(project, plan):
    for _ in range(30):
        if not working.work(plan.pk, seconds=30):
            plan.refresh_from_db()
            if plan.is_over:
                break
            as_if_time_had_passed(plan)
    plan.refresh_from_db()
    assert plan.is_over
    return measurements(project.id, [plan.run.public_id])[plan.run.public_id]


def spans_of_judges(project):
    return rows(
        "SELECT total_cost FROM spans FINAL WHERE project_id = {p:String} AND type = 'EVALUATOR'",
        p=project.id,
    )


def test_a_judge_scores_every_answer_once_with_its_reason(project, plan, provider, provided):
    provided(answers(said(True, "Well said.")))
    found = finished(project, plan)
    shown = with_comments(project.id, list(found.values()))
    scores = [one.scores["right"] for one in shown]
    assert [(one.is_boolean, one.number, one.comment) for one in scores] == [
        (True, 1.0, "Well said.")
    ] * 5
    assert len(judged_by(provider)) == 5 and "Seoul" in judged_by(provider)[0]
    assert all(one.cost is not None and one.cost < 0.001 for one in found.values())


def test_a_judge_that_answers_prose_is_asked_again_and_never_believed(
    project, plan, provider, provided
):
    provided(answers("It looks right to me!"))
    found = finished(project, plan)
    assert len(found) == 5 and not any(one.scores for one in found.values())
    assert not any(one.has_failed for one in found.values())
    items = PlannedItem.objects.filter(plan=plan)
    assert {one.step for one in items} == {Step.DONE}
    assert all("right: The answer is not JSON." in one.said for one in items)
    tries = 3  # as the evaluator's version says
    assert len(judged_by(provider)) == len(spans_of_judges(project)) == 5 * tries
    assert all(one["total_cost"] > 0 for one in spans_of_judges(project))
    assert Spending.objects.get().calls == 5 * tries


def test_a_judge_whose_provider_wants_fewer_calls_is_asked_later(project, plan, provided):
    provided(refuses(429, retry_after="30"), answers(said(False)))
    found = finished(project, plan)
    assert [one.scores["right"].number for one in found.values()] == [0.0] * 5


def test_who_has_answered_is_not_asked_and_paid_again_for_another_s_sake(
    project, judge, begin, provider, provided
):
    judge("quick")
    judge("busy")
    plan = begin()

    def script(handler, asked):
        is_busy = "busy: " in json.dumps(asked.body) and len(judged_by(provider, "busy")) < 12
        chosen = refuses(429, retry_after="30") if is_busy else answers(said(True))
        chosen(handler, asked)

    provided(script)
    found = finished(project, plan)
    assert all(one.scores.keys() == {"quick", "busy"} for one in found.values())
    assert len(judged_by(provider, "quick")) == 5
    assert len(judged_by(provider, "busy")) == 11 + 5
    assert {one.tries for one in Judgement.objects.all()} == {1}  # a refusal for now is no try
    assert {one.evaluator.name: one.calls for one in Spending.objects.all()} == {
        "quick": 5,
        "busy": 5,
    }


def test_verdicts_wait_for_a_store_that_is_away_and_nobody_is_asked_again(
    project, plan, provider, provided, monkeypatch
):
    from evals.experiments.running import judging

    def away(*_given):
        raise Overloaded("the store is away")

    provided(answers(said(True)))
    with monkeypatch.context() as patch:
        patch.setattr(judging, "accept", away)
        for _ in range(4):
            working.work(plan.pk, seconds=30)
            as_if_time_had_passed(plan)
    assert len(judged_by(provider)) == 5
    found = finished(project, plan)
    assert [one.scores["right"].number for one in found.values()] == [1.0] * 5
    assert len(judged_by(provider)) == 5


def test_a_judge_s_provider_that_wants_fewer_calls_slows_that_judge_alone(
    project, judge, begin, make_connection, connection, provided
):
    other = make_connection(name="Other", model_names=["gpt-4o-mini"])
    Pace.objects.create(connection=other, per_minute=1_000_000, at_once=1)
    judge("right", connection=other)
    plan = begin()
    provided(refuses(429, retry_after="30"), answers(said(True)))
    working.work(plan.pk, seconds=30)
    assert not Pace.objects.get(connection=connection).is_slowed
    assert Pace.objects.get(connection=other).is_slowed
    assert PlannedItem.objects.filter(plan=plan, step=Step.STORED).count() == 5  # all answered
    assert len(finished(project, plan)) == 5


def test_a_paused_judge_is_not_asked_until_somebody_resumes_it(project, plan, provider, provided):
    provided(answers(said(True)))
    Evaluator.objects.update(state=State.PAUSED)
    working.work(plan.pk, seconds=30)
    as_if_time_had_passed(plan)
    working.work(plan.pk, seconds=30)
    plan.refresh_from_db()
    assert not plan.is_over and judged_by(provider) == []
    (problem,) = progress_of(project.id, plan.run.public_id).problems
    assert problem == "right: Paused by hand."
    Evaluator.objects.update(state=State.OFF)  # it takes no new traces, and may be asked
    as_if_time_had_passed(plan)
    assert len(finished(project, plan)) == 5 and len(judged_by(provider)) == 5


def test_a_judge_stops_at_its_daily_budget(project, judge, begin, provider, provided):
    evaluator = judge("right")
    evaluator.rule.daily_budget = Decimal("0.0000001")
    evaluator.rule.save()
    plan = begin()
    provided(answers(said(True)))
    working.work(plan.pk, seconds=30)
    asked = len(judged_by(provider))
    assert 1 <= asked <= turns.AT_ONCE  # those that were under way
    as_if_time_had_passed(plan)
    working.work(plan.pk, seconds=30)
    assert len(judged_by(provider)) == asked
    assert "budget is spent" in progress_of(project.id, plan.run.public_id).problems[0]


def test_a_judge_that_is_deleted_holds_up_nothing(project, plan, provided):
    provided(refuses(429, retry_after="30"))
    working.work(plan.pk, seconds=30)
    Evaluator.objects.all().delete()
    found = finished(project, plan)
    assert len(found) == 5 and not any(one.has_failed for one in found.values())


def test_a_judgement_that_breaks_takes_no_other_with_it(project, plan, provided, monkeypatch):
    from evals.experiments.running import judging

    def breaks(version, fields):
        if fields["input"] == {"country": "c2"}:
            raise ZeroDivisionError
        return request_of(version, fields)

    request_of = judging.request_of
    monkeypatch.setattr(judging, "request_of", breaks)
    provided(answers(said(True)))
    found = finished(project, plan)
    assert [len(found[f"i{n}"].scores) for n in range(5)] == [1, 1, 0, 1, 1]
    (item,) = PlannedItem.objects.exclude(said="")
    assert item.said == "right: Whoever took it up was killed, or broke."
