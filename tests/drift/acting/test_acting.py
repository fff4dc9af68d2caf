"""What is done about a drift: datasets, queues, judges, experiments, canaries, webhooks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from evals.datasets.items import items_at
from evals.datasets.models import Dataset
from evals.drift.acting import considering, tasks, working
from evals.drift.acting.models import ActionRun, DriftAction
from evals.experiments.models import Plan
from evals.experiments.running import planning
from evals.experiments.running.planning import Wish
from evals.judges.models import Execution
from prompts import labels
from prompts.models import ProtectedLabel
from prompts.splits import running
from prompts.splits.models import Split, SplitStep

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def by_itself(monitor, owner, queue):
    """`by_itself(after=2)`: puts traces into a queue."""

    drifted_ones = queue("Drifted")

    def made(**fields):
        options = {"queue": drifted_ones.pk, "choose": "random", "most": 3}
        return DriftAction.objects.create(
            monitor=monitor, kind="queue", options=options, author=owner, role="owner", **fields
        )

    return made


@pytest.fixture
def canary(make, by):
    """Of version 2 of “greet”, at the label production."""
    first = make("greet", "one", labels=["production"])
    make("greet", "two")
    plan = running.Plan((5, 100), 30, 40, {"error_difference": 2.0})
    return running.start_canary(first.prompt, "production", 2, plan, by)


def test_traces_of_the_slice_become_items_once(acted, verdict, drifted, project):
    options = {"new_dataset": "drift/answers", "with_output": True, "most": 500}
    run = acted(verdict(), "dataset", **options)
    assert (run.status, run.said[:13]) == ("done", "6 items added")
    items = items_at(Dataset.objects.get(project=project))
    assert {one.source_trace_id for one in items} == {f"d{n}" for n in range(6)}
    assert {one.expected_output for one in items} == {"a"}
    again = acted(run.verdict, "dataset", **options)
    assert again.said.startswith("0 items added") and "6 were there" in again.said
    assert items.count() == 6


def test_a_segment_or_what_the_verdict_shows_can_be_chosen(acted, verdict, drifted, queue):
    one, found = queue("Look"), verdict()

    def put_in(**options):
        one.items.all().delete()
        assert acted(found, "queue", queue=one.pk, **options).status == "done"
        return set(one.items.values_list("trace_id", flat=True))

    assert put_in(choose="segment") == {"d0", "d1", "d2", "d3"}
    assert put_in(choose="segment", segment=["model", "gpt-4"]) == {"d4", "d5"}
    assert put_in(choose="shown") == {"d1", "d4"}
    assert len(put_in(choose="random", most=2)) == 2


def test_a_segment_that_there_is_not_is_told_on_the_run(acted, verdict, drifted, queue):
    run = acted(verdict(moved=[]), "queue", queue=queue("Look").pk, choose="segment")
    assert run.status == "failed" and "no segment" in run.said
    other = acted(run.verdict, "queue", queue=queue("B").pk, segment=["planet", "x"],
                  choose="segment")  # fmt: skip
    assert other.status == "failed" and "no such segments" in other.said
    nothing = acted(run.verdict, "queue", queue="x")
    assert nothing.status == "failed" and "queue is gone" in nothing.said


def test_a_judge_is_put_to_the_slice_once(acted, verdict, drifted, evaluator):
    one = evaluator()
    assert acted(verdict(), "evaluation", evaluator=one.pk).said.startswith(
        "“correct” is asked of 6 traces"
    )
    assert set(Execution.objects.values_list("trace_id", flat=True)) == {f"d{n}" for n in range(6)}


def test_an_earlier_experiment_is_run_on_what_drifted(
    acted, verdict, drifted, make, make_connection, project, owner
):
    from evals.datasets.items import By, NewItem, add

    dataset = Dataset.objects.create(project=project, name="first")
    add(dataset, [NewItem(id="i0", input={"country": "c"})], By())
    version = make("capital", "Capital?", labels=["production"])
    connection = make_connection(model_names=["gpt-4o-mini"])
    wish = Wish(
        dataset=dataset, name="by hand", version=version, connection=connection,
        model="gpt-4o-mini", parameters={"temperature": 0.5}, evaluators=[],
    )  # fmt: skip
    plan = planning.start(wish, owner, None)
    newer = make("capital", "The capital?")
    run = acted(verdict(), "experiment", plan=plan.pk, label="latest", most=4)
    assert (run.status, run.said) == ("done", "An experiment of 4 items has begun.")
    begun = Plan.objects.exclude(pk=plan.pk).get()
    assert (begun.prompt_version, begun.items.count()) == (newer.number, 4)
    assert begun.parameters["temperature"] == 0.5 and run.address.endswith(begun.run.public_id)
    ActionRun.objects.filter(pk=run.pk).update(status="waiting", due_at=timezone.now())
    working.work(run.pk)  # as after a kill before its end was noted
    assert Plan.objects.count() == 2
    version.prompt.delete()
    assert acted(run.verdict, "experiment", plan=plan.pk).status == "failed"


def test_a_canary_is_rolled_back_with_the_reason_in_its_history(acted, verdict, canary):
    run = acted(verdict(), "rollback", prompt="greet", label="production")
    assert run.status == "done"
    assert Split.objects.get(pk=canary.pk).ended_at is not None
    assert labels.number_of(canary.prompt, "production") == 1
    step = SplitStep.objects.filter(split=canary).first()
    assert step.kind == "rolled_back" and "Answers" in step.reason
    assert f"/verdicts/{run.verdict_id}" in step.reason
    ActionRun.objects.filter(pk=run.pk).update(status="waiting", due_at=timezone.now())
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "done"  # twice is as if once
    other = acted(run.verdict, "rollback", prompt="greet", label="production")
    assert (other.status, other.said) == ("failed", "No canary runs at this label.")


def test_nobody_rolls_back_a_label_that_they_may_not_move(acted, verdict, canary, project):
    ProtectedLabel.objects.create(project=project, name="production", least_role=Role.ADMIN)
    run = acted(verdict(), "rollback", role="member", prompt="greet", label="production")
    assert run.status == "failed" and "protected" in run.said
    assert Split.objects.get(pk=canary.pk).ended_at is None


def test_each_drift_is_told_to_webhooks_once(verdict, told):
    found = verdict()
    verdict("none", at=-1)
    tasks.on_drift(found)
    tasks.sweep()
    tasks.on_drift(found)
    (body,) = told()
    assert body["type"] == "drift.detected"
    assert body["data"]["monitor"]["name"] == "Answers"
    assert body["data"]["verdict"]["effect"] == 0.4
    assert body["data"]["verdict"]["moved"][0]["segment"] == "gpt-5"
    assert body["data"]["verdict"]["samples"]["current"][0] == {"trace_id": "d1"}
    assert body["data"]["address"].endswith(f"/drift/{found.monitor_id}/verdicts/{found.pk}")


def test_the_sweep_finds_what_nobody_told(verdict, drifted, by_itself):
    action = by_itself()
    found = verdict()
    tasks.sweep()
    tasks.sweep()
    run = action.runs.get()
    assert run.verdict_id == found.pk
    tasks.work(run.pk)
    tasks.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.tries) == ("done", 1) and "3 traces" in run.said


def test_an_action_waits_for_so_many_drifts_in_a_row(verdict, by_itself):
    action = by_itself(after=2)
    verdict(at=-5)
    verdict("none", at=-4)
    first = verdict(at=-3)
    assert considering.consider(first, "drift") == []
    verdict("too_few", at=-2)  # says nothing either way
    second = verdict(at=-1)
    assert considering.consider(second, "drift") == [action.runs.get().pk]
    assert action.runs.get().verdict_id == second.pk


def test_an_action_pauses_and_says_so(verdict, by_itself):
    action = by_itself(pause_hours=24, most_a_day=5)
    now = timezone.now()
    considering.consider(verdict(at=-2), "drift", now)
    considering.consider(verdict(at=-1), "drift", now + timedelta(hours=23))
    skipped = action.runs.get(status="skipped")
    assert "less than 24 hours" in skipped.said
    considering.consider(verdict(), "drift", now + timedelta(hours=25))
    assert action.runs.filter(status="waiting").count() == 2


def test_an_action_is_done_so_often_a_day_at_most(verdict, by_itself):
    action = by_itself(pause_hours=0, most_a_day=2)
    now = timezone.now()
    for number in range(3):
        considering.consider(verdict(at=number - 3), "drift", now)
    assert "2 times in a day" in action.runs.get(status="skipped").said
    assert action.runs.filter(status="waiting").count() == 2


def test_a_mark_is_an_occasion_and_an_action_that_is_off_is_none(verdict, by_itself, told):
    harmful, off = by_itself(occasion="harmful"), by_itself(is_on=False)
    found = verdict("none", mark="harmful", marked_at=timezone.now())
    considering.consider_all()
    considering.consider_all()
    assert harmful.runs.get().verdict_id == found.pk
    assert not off.runs.exists() and told() == []


def test_what_cannot_be_asked_now_is_tried_again_and_given_up_in_the_end(
    acted, verdict, queue, monkeypatch
):
    from evals.drift.acting import slices
    from traces.errors import Unavailable

    def away(*_given, **_more):
        raise Unavailable("ClickHouse is away.")

    monkeypatch.setattr(slices, "drawn", away)
    run = acted(verdict(), "queue", queue=queue("Look").pk)
    assert (run.status, run.said) == ("waiting", "ClickHouse is away.")
    assert run.due_at > timezone.now()
    ActionRun.objects.filter(pk=run.pk).update(due_at=timezone.now(), tries=working.MOST_TRIES)
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "failed" and "in vain" in run.said
