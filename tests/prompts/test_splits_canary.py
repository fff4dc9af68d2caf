"""Canaries, decided on real calls in ClickHouse."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from prompts import labels, tasks, versions
from prompts.changes import By
from prompts.gates.models import Gate, GateRun
from prompts.models import LabelMove, ProtectedLabel, Way
from prompts.splits import canary, running
from prompts.splits.canary import Course
from prompts.splits.models import Canary, Split
from webhooks.models import Endpoint, Message

GUARDS = {"error_difference": 2.0, "latency_ratio": 1.3, "cost_ratio": 1.3, "score_fall": 0.1}
PLAN = running.Plan((5, 20, 100), 30, 40, GUARDS, "kind")
WELL = {"cost": "0.010", "kind": 0.8}


@pytest.fixture
def by(owner):
    return By(Way.PAGE, owner, role=Role.OWNER)


@pytest.fixture
def prompt(project, by):
    for text in ("one", "two"):
        made = versions.create(project, versions.Draft("greet", "text", text), by)
    labels.move(made.prompt, "production", made.prompt.versions.get(number=1), by)
    return made.prompt


@pytest.fixture
def begun(prompt, by):
    """A canary of version 2 that began two hours ago."""

    def started(plan=PLAN):
        split = running.start_canary(prompt, "production", 2, plan, by)
        earlier = timezone.now() - timedelta(hours=2)
        Split.objects.filter(pk=split.pk).update(started_at=earlier)
        Canary.objects.filter(pk=split.pk).update(step_at=earlier)
        return split

    return started


def state(split):
    fresh = Split.objects.get(pk=split.pk)
    return (
        fresh.shares,
        fresh.ended_at is not None,
        list(fresh.history.values_list("kind", flat=True)),
    )


def ripen(split):
    """As if the step had begun an hour ago."""
    Canary.objects.filter(pk=split.pk).update(step_at=timezone.now() - timedelta(hours=1))


def test_a_healthy_canary_widens_step_by_step_and_finishes_by_moving_the_label(
    prompt, begun, calls
):
    split = begun()
    calls(1, 400, **WELL)
    calls(2, 120, **WELL)
    assert canary.check(split.pk) == Course.WIDEN
    assert state(split) == ({1: 80, 2: 20}, False, ["widened", "started"])
    assert canary.check(split.pk) == Course.WAIT  # the step has only begun
    ripen(split)
    assert canary.check(split.pk) == Course.WIDEN
    assert state(split)[0] == {2: 100}
    assert labels.number_of(prompt, "production") == 1
    ripen(split)
    assert canary.check(split.pk) == Course.FINISH
    assert state(split)[1:] == (True, ["finished", "widened", "widened", "started"])
    assert labels.number_of(prompt, "production") == 2
    assert LabelMove.objects.first().way == Way.CANARY
    assert canary.check(split.pk) is None


@pytest.mark.parametrize(
    ("worse", "guard"),
    [
        ({"failing": 24}, "error_difference"),
        ({"took": 2.0}, "latency_ratio"),
        ({"cost": "0.020"}, "cost_ratio"),
        ({"kind": 0.5}, "score_fall"),
    ],
)
def test_a_canary_that_fails_slows_costs_or_scores_worse_rolls_back_at_once(
    prompt, begun, calls, worse, guard
):
    split = begun()
    Canary.objects.filter(pk=split.pk).update(step_at=timezone.now())  # no step need be over
    calls(1, 400, **WELL)
    calls(2, 120, ago=1, **{**WELL, **worse})
    assert canary.check(split.pk, timezone.now() + timedelta(seconds=5)) == Course.ROLL_BACK
    assert state(split)[1:] == (True, ["rolled_back", "started"])
    assert labels.number_of(prompt, "production") == 1
    last = split.history.first()
    assert last.reason == guard
    found = {one["key"]: one for one in last.findings["guards"]}[guard]
    assert found["low"] > found["limit"]
    assert (found["state"], found["n"], found["base_n"]) == ("tripped", 120, 400)


@pytest.mark.parametrize(
    ("base", "candidate", "why"),
    [
        ((0, {}), (0, {}), "nobody called"),
        ((400, WELL), (39, WELL), "fewer calls than a step asks for"),
        ((400, WELL), (120, {"kind": 0.8}), "no cost is known of the candidate"),
        ((400, {"cost": "0.010"}), (120, WELL), "no score of the base"),
        ((400, WELL), (99, WELL), "fewer latencies than a 95th percentile needs"),
        ((400, WELL), (3, {**WELL, "failing": 3}), "three failures are too few to tell"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_canary_with_too_little_data_waits_where_it_is(begun, calls, base, candidate, why):
    split = begun()
    for number, (many, fields) in ((1, base), (2, candidate)):
        if many:
            calls(number, many, **fields)
    assert canary.check(split.pk) == Course.WAIT
    assert state(split) == ({1: 95, 2: 5}, False, ["started"])
    fresh = Canary.objects.get(pk=split.pk)
    assert fresh.checked_at is not None
    assert fresh.findings["calls"] == candidate[0]


def test_a_step_asks_for_calls_of_its_own(begun, calls):
    """What was called before the step tells the guards, and does not make the step ripe."""
    split = begun()
    ripen(split)
    calls(1, 400, ago=5400, **WELL)
    calls(2, 120, ago=5400, **WELL)
    assert canary.check(split.pk) == Course.WAIT
    assert Canary.objects.get(pk=split.pk).findings["calls_in_step"] == 0
    calls(2, 40, **WELL)
    assert canary.check(split.pk) == Course.WIDEN


def test_a_difference_that_may_be_chance_trips_nothing(begun, calls):
    """Four of 120 calls failed, and four of four hundred: worse by 2.3 points, give or take."""
    split = begun()
    calls(1, 400, failing=4, **WELL)
    calls(2, 120, failing=4, **WELL)
    assert canary.check(split.pk) == Course.WIDEN


def test_calls_from_before_the_canary_do_not_count(begun, calls):
    split = begun()
    calls(1, 400, ago=3 * 3600, **WELL)
    calls(2, 400, ago=3 * 3600, failing=400, **WELL)
    assert canary.check(split.pk) == Course.WAIT
    assert Canary.objects.get(pk=split.pk).findings["calls"] == 0


def test_a_call_that_was_sent_twice_counts_once(begun, calls, project):
    from traces.records import Span
    from traces.writer import insert_spans

    split = begun()
    for version in (1, 2):
        start = int(timezone.now().timestamp() - 60) * 1_000_000_000
        insert_spans(
            [
                Span(project.id, "t", "s", start, type="GENERATION", prompt_name="greet",
                     prompt_version=2, version=version)
            ]
        )  # fmt: skip
    canary.check(split.pk)
    assert Canary.objects.get(pk=split.pk).findings["calls"] == 1


def test_at_the_end_a_closed_gate_holds_the_canary_and_says_so_once(prompt, begun, calls, by):
    split = begun(running.Plan((50, 100), 1, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    assert canary.check(split.pk) == Course.WIDEN
    Gate.objects.create(project=prompt.project, label="production", checks={"min_calls": 1000})
    ripen(split)
    for _ in range(3):
        assert canary.check(split.pk) == Course.WAIT
    assert state(split) == ({2: 100}, False, ["held", "widened", "started"])
    assert "min_calls" in split.history.first().reason
    assert GateRun.objects.count() == 1
    running.stop(split, 2, by, override="It has run for a week.")
    assert labels.number_of(prompt, "production") == 2


def test_a_canary_of_a_protected_label_acts_in_the_name_of_who_started_it(prompt, begun, calls):
    ProtectedLabel.objects.create(project=prompt.project, name="production", least_role=Role.OWNER)
    split = begun(running.Plan((50, 100), 1, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    for _ in range(2):
        canary.check(split.pk)
        ripen(split)
    assert labels.number_of(prompt, "production") == 2
    assert LabelMove.objects.first().user == split.started_by


def test_the_task_watches_every_canary_that_runs_and_no_other(prompt, begun, by, monkeypatch):
    split = begun()
    watched = []
    monkeypatch.setattr(tasks.watch_canary, "delay", watched.append)
    tasks.watch_canaries()
    assert watched == [split.pk]
    running.stop(split, 1, by)
    tasks.watch_canaries()
    assert watched == [split.pk]
    tasks.watch_canary(split.pk)  # has ended meanwhile: nothing to do
    assert state(split)[2] == ["stopped", "started"]


def test_while_clickhouse_is_away_a_canary_waits_and_says_why(begun, settings):
    from traces import clickhouse

    split, url = begun(), settings.CLICKHOUSE_URL
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/nowhere"
    clickhouse.forget_clients()
    tasks.watch_canary(split.pk)
    settings.CLICKHOUSE_URL = url
    clickhouse.forget_clients()
    assert state(split) == ({1: 95, 2: 5}, False, ["started"])
    assert Canary.objects.get(pk=split.pk).findings["is_away"] is True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("worse", "kind"), [({}, "widened"), ({"failing": 120}, "rolled_back")])
def test_two_workers_at_once_take_a_step_once(prompt, begun, calls, worse, kind):
    split = begun()
    calls(1, 400, **WELL)
    calls(2, 120, **{**WELL, **worse})
    together = Barrier(2)

    def one():
        together.wait(10)
        try:
            return canary.check(split.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: one(), range(2)))
    assert state(split)[2] == [kind, "started"]


def test_webhooks_are_told_of_each_step_and_of_the_move_at_the_end(prompt, begun, calls, project):
    Endpoint.objects.create(project=project, url="https://hooks.example/", secret="sealed")
    split = begun(running.Plan((50, 100), 1, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    for _ in range(2):
        canary.check(split.pk)
        ripen(split)
    told = [json.loads(one.body) for one in Message.objects.order_by("at")]
    assert [(one["type"], one["data"].get("step")) for one in told] == [
        ("prompt.split.changed", "started"),
        ("prompt.split.changed", "widened"),
        ("prompt.split.changed", "finished"),
        ("prompt.label.moved", None),
    ]
    started, widened = told[0]["data"], told[1]["data"]
    assert (started["is_canary"], started["shares"]) == (True, {"1": 50, "2": 50})
    assert started["author"]["email"] == split.started_by.email
    assert widened["author"] == {"email": None, "public_key": None, "via": "canary"}
    assert widened["shares"] == {"2": 100}
