"""Experiments that Sonde runs: a prompt and a model on a dataset's items, on the real store."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evals.experiments import reading, recording
from evals.experiments.measuring import measurements, summary
from evals.experiments.models import Plan, PlannedItem, Step
from evals.experiments.running import holding, planning, working
from evals.experiments.running.evaluators import CHECK, Evaluator
from evals.experiments.running.planning import Unplannable, Wish
from prompts.figures.statistics import Share
from tests.llm.stand_in import answers, refuses

EXACT = Evaluator(CHECK, "exact_match", "exact_match")


@pytest.fixture
def wish(dataset, make, make_connection, unpaced):
    """`wish(name="…")`: version 1 of a prompt on all items."""
    version = make("capital", "Capital of {{country}}?")
    connection = unpaced(make_connection(model_names=["gpt-4o-mini"]))

    def wished(**changes):
        given = {
            "dataset": dataset, "name": "first", "version": version, "connection": connection,
            "model": "gpt-4o-mini", "parameters": {}, "evaluators": [EXACT],
        }  # fmt: skip
        return Wish(**{**given, **changes})

    return wished


@pytest.fixture
def run(project):
    """Works a plan off, slice after slice; what came of it."""

    def ran(plan, slices=20):
        for _ in range(slices):
            if not working.work(plan.pk, seconds=30):
                break
        plan.refresh_from_db()
        return measurements(project.id, [plan.run.public_id])[plan.run.public_id]

    return ran


def test_each_item_is_asked_once_and_stored_like_an_sdk_s(wish, run, provider, project, call):
    provider.will(answers("Seoul"))
    plan = planning.start(wish(), None, None)
    found = run(plan)
    assert plan.is_over and not plan.error
    assert len(provider.asked) == len(found) == 5
    assert {one.body["messages"][0]["content"] for one in provider.asked} == {
        f"Capital of c{n}?" for n in range(5)
    }
    told = summary(found)
    assert (told.failed, told.items) == (0, 5)
    assert told.cost is not None and told.latency is not None
    assert {one.name: one.value for one in told.scores}["exact_match"] == Share(1, 5)
    asked = {"fromStartTime": "2020-01-01T00:00:00Z", "fields": "core,dataset,io"}
    items = call("get", "experiment-items", asked)[1]["data"]
    assert {one["output"] for one in items} == {"Seoul"}
    assert {one["environment"] for one in items} == {"sdk-experiment"}


def test_what_fails_for_good_is_part_of_the_result(wish, run, provider):
    provider.will(refuses(400, {"message": "no such thing"}), answers("Oslo"))
    found = run(planning.start(wish(), None, None))
    assert summary(found).failed == 1
    (failed,) = [one for one in found.values() if one.has_failed]
    assert "no such thing" in failed.figure.said


def test_a_key_that_is_refused_ends_the_experiment_before_every_item_was_asked(
    wish, run, provider, dataset, project
):
    from evals.datasets.items import By, NewItem, add
    from evals.experiments.progress import progress_of

    add(dataset, [NewItem(id=f"m{n}", input={"country": "x"}) for n in range(30)], By())
    provider.will(refuses(401, {"message": "wrong key"}))
    plan = planning.start(wish(), None, None)
    found = run(plan)
    assert plan.is_over and plan.error == "hopeless"
    assert 3 <= len(provider.asked) < 10 and len(found) == len(provider.asked)
    assert "wrong key" in progress_of(project.id, plan.run.public_id).problems[0]
    assert summary(found).latency is None  # of calls that nothing came of


def test_a_refusal_among_answers_ends_nothing(wish, run, provider):
    provider.will(refuses(401), answers("Oslo"), refuses(401), answers("Oslo"))
    plan = planning.start(wish(), None, None)
    found = run(plan)
    assert plan.is_over and not plan.error
    assert (len(found), summary(found).failed) == (5, 2)


def test_a_provider_that_wants_fewer_calls_slows_the_plan_and_fails_nothing(
    wish,
    run,
    provider,
    project,
):
    provider.will(refuses(429, retry_after="60"), answers("Oslo"))
    plan = planning.start(wish(), None, None)
    found = run(plan)
    assert not plan.is_over and not any(one.has_failed for one in found.values())
    assert plan.due_at > timezone.now()
    assert plan.pk not in holding.waiting(timezone.now())
    soon = timezone.now()
    plan.connection.judging_pace.__class__.objects.update(slowed_until=soon)
    Plan.objects.update(due_at=soon)
    PlannedItem.objects.update(due_at=soon)
    found = run(plan)
    assert plan.is_over and len(found) == 5 and summary(found).failed == 0


def test_what_a_killed_worker_left_is_taken_over_and_stored_once(
    wish,
    run,
    provider,
    project,
    monkeypatch,
):
    """Killed after the answers were stored in ClickHouse, before Postgres heard of it."""
    from evals.experiments.running import settling

    class Killed(BaseException):
        pass

    plan = planning.start(wish(), None, None)

    def store_and_die(*given):
        accept(*given)
        raise Killed

    accept = settling.accept
    monkeypatch.setattr(settling, "accept", store_and_die)
    with pytest.raises(Killed):
        working.work(plan.pk)
    monkeypatch.undo()
    asked = len(provider.asked)
    found = run(plan)
    assert plan.is_over and len(found) == 5
    assert len(provider.asked) - asked <= 5  # what was answered is not asked again
    assert PlannedItem.objects.filter(step=Step.DONE).count() == 5
    from traces.clickhouse import rows

    spans = rows(
        "SELECT count() AS n FROM spans FINAL WHERE project_id = {p:String} AND span_id != ''",
        p=project.id,
    )
    assert spans[0]["n"] == 15


def test_a_worker_that_was_thought_dead_writes_nothing_more(wish, provider):
    plan = planning.start(wish(), None, None)
    first = holding.hold(plan.pk)
    assert holding.hold(plan.pk) is None  # while it gives signs of life
    item = holding.take(first, [], timezone.now())
    Plan.objects.update(held_until=timezone.now())
    second = holding.hold(plan.pk)
    assert second is not None and not holding.still_held(first)
    assert not holding.note(first, item, step=Step.DONE)
    assert holding.take(first, [], timezone.now()) is None
    assert holding.take(second, [], timezone.now()) is not None


def test_as_many_workers_as_may_are_at_experiments_and_plans_take_turns(wish, provider, settings):
    provider.will(answers("Oslo"))
    first = planning.start(wish(), None, None)
    second = planning.start(wish(name="second"), None, None)
    held = holding.hold(first.pk)
    assert held is not None and not holding.has_room()
    assert not working.work_next() and provider.asked == []
    settings.EXPERIMENT_MOST_WORKERS = 2
    assert not working.work_next()  # the other one, to its end
    second.refresh_from_db()
    assert second.is_over and len(provider.asked) == 5
    third = planning.start(wish(name="third"), None, None)
    holding.let_go(held, timezone.now())
    assert holding.waiting(timezone.now()) == [third.pk, first.pk]


def test_workers_that_come_at_the_same_moment_are_no_more_than_may(wish, monkeypatch):
    first = planning.start(wish(), None, None)
    second = planning.start(wish(name="second"), None, None)
    monkeypatch.setattr(holding, "has_room", lambda *_: True)  # as both saw it
    assert holding.hold(first.pk) is not None and holding.hold(second.pk) is None
    assert second.pk in holding.waiting(timezone.now())


def test_what_is_enqueued_for_a_worker_is_no_more_than_may_work_and_expires(
    wish, monkeypatch, settings
):
    from evals.experiments import tasks

    for number in range(4):
        planning.start(wish(name=f"{number}"), None, None)
    enqueued = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **how: enqueued.append(how))
    settings.EXPERIMENT_MOST_WORKERS = 2
    tasks.resume()
    assert [how["expires"] for how in enqueued] == [tasks.RESUME_SECONDS] * 2


def test_an_item_that_kills_every_worker_is_given_up(wish, run, provider):
    plan = planning.start(wish(), None, None)
    first = PlannedItem.objects.filter(plan=plan).first()
    PlannedItem.objects.filter(pk=first.pk).update(taken=holding.MOST_TAKEN)
    found = run(plan)
    assert found[first.item.item_id].has_failed and summary(found).failed == 1


def test_a_stopped_experiment_stops(wish, run, provider):
    plan = planning.start(wish(), None, None)
    assert holding.cancel(plan) and not holding.cancel(plan)
    assert run(plan) == {} and provider.asked == []


def test_an_input_that_does_not_fill_the_prompt_fails_and_says_what_it_lacks(
    wish,
    run,
    provider,
    make,
):
    version = make("other", "{{country}} and {{river}}?")
    plan = planning.start(wish(version=version), None, None)
    found = run(plan)
    assert summary(found).failed == 5 and provider.asked == []
    assert "river" in next(iter(found.values())).figure.said
    assert "river" in planning.estimate(wish(version=version)).unfillable


def test_the_items_are_those_of_the_moment_and_of_the_split(wish, dataset):
    from evals.datasets.items import By, NewItem, add, delete

    moment = timezone.now()
    while timezone.now() - moment < timedelta(milliseconds=1):
        pass  # versions begin at whole milliseconds
    add(dataset, [NewItem(id="i9", input={"country": "x"}, splits=["test"])], By())
    delete(dataset, ["i0"], By())
    then = planning.start(wish(moment=moment, name="then"), None, None)
    now = planning.start(wish(name="now"), None, None)
    test = planning.start(wish(split="test", name="test"), None, None)
    assert [plan.items.count() for plan in (then, now, test)] == [5, 5, 1]
    with pytest.raises(Unplannable):
        planning.start(wish(split="none", name="none"), None, None)


def test_a_name_is_taken_once(wish, run, provider):
    run(planning.start(wish(), None, None))
    with pytest.raises(Unplannable, match="first"):
        planning.start(wish(), None, None)


def test_who_comes_second_with_a_name_leaves_the_first_one_s_experiment_alone(wish, monkeypatch):
    plan = planning.start(wish(), None, None)
    # Both looked before either had begun.
    monkeypatch.setattr(planning, "experiment_of", lambda *_: None)
    with pytest.raises(Unplannable, match="first"):
        planning.start(wish(), None, None)
    assert Plan.objects.get().pk == plan.pk and plan.items.count() == 5


def test_an_experiment_that_is_deleted_stops_and_its_name_is_free(wish, run, provider, project):
    plan = planning.start(wish(), None, None)
    recording.delete(project.id, reading.experiment_of(project.id, plan.run.public_id))
    assert run(plan) == {} and provider.asked == [] and plan.is_cancelled
    assert reading.experiment_of(project.id, plan.run.public_id) is None
    provider.will(answers("Oslo"))
    again = planning.start(wish(), None, None)
    assert reading.experiment_of(project.id, plan.run.public_id) is not None  # before any span
    assert len(run(again)) == 5


def test_the_estimate_is_of_all_items(wish):
    found = planning.estimate(wish())
    assert found.items == 5 and found.tokens > 0
    assert found.total is not None and 0 < found.total < 1
    assert planning.estimate(wish(model="nobody-knows-me")).total is None


def test_a_connection_that_is_deleted_ends_the_plan_with_a_word(wish, run, provider):
    plan = planning.start(wish(), None, None)
    plan.connection.delete()
    run(plan)
    assert plan.is_over and plan.error == working.GONE
