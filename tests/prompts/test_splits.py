"""Weighted splits of a label: who gets what, and what changes it."""

import json
from collections import Counter

import pytest

from accounts.roles import Role
from prompts import labels, serving, versions
from prompts.changes import By
from prompts.gates import GateClosed
from prompts.gates.models import Gate, GateRun
from prompts.models import ProtectedLabel, Way
from prompts.splits import running
from prompts.splits.models import Split, SplitStep
from prompts.splits.overtaking import StillSplit


@pytest.fixture
def by(owner):
    return By(Way.PAGE, owner, role=Role.OWNER)


@pytest.fixture
def prompt(project, by):
    """`greet` with the texts one, two and three; production points at one."""
    for text in ("one", "two", "three"):
        made = versions.create(project, versions.Draft("greet", "text", text), by)
    labels.move(made.prompt, "production", made.prompt.versions.get(number=1), by)
    return made.prompt


def served(prompt, **asked):
    found = serving.serve(prompt.project_id, prompt.name, **asked)
    return json.loads(found.body)["version"], found.split


def kinds(split):
    return list(split.history.values_list("kind", flat=True))


def test_a_split_label_serves_each_unit_its_version_and_says_so(prompt, by):
    split = running.start(prompt, "production", {1: 70, 2: 20, 3: 10}, by)
    got = Counter(served(prompt, unit=f"user-{n}")[0] for n in range(300))
    assert set(got) == {1, 2, 3}
    assert got[1] > got[2] > got[3]
    number, told = served(prompt, unit="user-1")
    assert told == f"label=production; version={number}; share={split.shares[number]}"
    assert all(served(prompt, unit="user-1")[0] == number for _ in range(5))
    assert {served(prompt)[0] for _ in range(200)} == {1, 2, 3}


def test_who_asks_for_a_number_or_another_label_gets_that(prompt, by):
    labels.move(prompt, "staging", prompt.versions.get(number=3), by)
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    assert served(prompt, number=1, unit="u") == (1, "")
    assert served(prompt, label="staging", unit="u") == (3, "")


def test_a_split_costs_no_query_beyond_the_revision_once_it_is_remembered(
    prompt, by, django_assert_num_queries
):
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    for n in range(20):
        served(prompt, unit=f"user-{n}")
    with django_assert_num_queries(1):
        served(prompt, unit="user-1")


def test_while_postgres_is_away_a_unit_goes_on_getting_its_version(prompt, by, monkeypatch):
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    before = [served(prompt, unit=f"user-{n}") for n in range(10)]
    monkeypatch.setattr(serving, "_revision", lambda project_id: None)
    found = serving.serve(prompt.project_id, "greet", unit="user-1")
    assert found.is_old
    assert [served(prompt, unit=f"user-{n}") for n in range(10)] == before


def test_wider_shares_take_nobody_off_the_version_that_grows(prompt, by):
    split = running.start(prompt, "production", {1: 80, 2: 20}, by)
    units = [f"user-{n}" for n in range(200)]
    before = {unit for unit in units if served(prompt, unit=unit)[0] == 2}
    running.change_shares(split, {1: 40, 2: 60}, by)
    after = {unit for unit in units if served(prompt, unit=unit)[0] == 2}
    assert before < after
    assert kinds(split) == ["changed", "started"]
    assert SplitStep.objects.first().shares == {"1": 40, "2": 60}


def test_a_version_whose_share_stays_keeps_its_units_while_others_change(prompt, by):
    split = running.start(prompt, "production", {1: 40, 2: 40, 3: 20}, by)
    units = [f"user-{n}" for n in range(200)]
    before = {unit for unit in units if served(prompt, unit=unit)[0] == 2}
    running.change_shares(split, {1: 20, 2: 40, 3: 40}, by)
    assert before == {unit for unit in units if served(prompt, unit=unit)[0] == 2}


@pytest.mark.parametrize("keep", [1, 2])
def test_to_stop_a_split_gives_everybody_what_is_kept_and_moves_the_label(prompt, by, keep):
    split = running.start(prompt, "production", {1: 50, 2: 50}, by)
    running.stop(split, keep, by, reason="Clearer answers")
    assert {served(prompt, unit=f"user-{n}") for n in range(20)} == {(keep, "")}
    assert labels.number_of(prompt, "production") == keep
    last = SplitStep.objects.first()
    assert (last.kind, last.reason, last.shares) == ("stopped", "Clearer answers", {str(keep): 100})


def test_what_has_ended_cannot_be_changed_or_stopped_again(prompt, by):
    split = running.start(prompt, "production", {1: 50, 2: 50}, by)
    running.stop(split, 2, by)
    for late in (
        lambda: running.stop(split, 1, by),
        lambda: running.change_shares(split, {1: 10, 2: 90}, by),
    ):
        with pytest.raises(running.Over, match="ended meanwhile"):
            late()
    assert labels.number_of(prompt, "production") == 2


@pytest.mark.parametrize(
    ("label", "asked", "message"),
    [
        ("production", {2: 50, 3: 50}, "Version 1, which “production” points at"),
        ("production", {1: 50, 9: 50}, "no version 9"),
        ("staging", {1: 50, 2: 50}, "points at no version"),
    ],
)
def test_a_split_that_cannot_be_is_refused_and_nothing_is_written(
    prompt, by, label, asked, message
):
    with pytest.raises(running.InvalidSplit, match=message):
        running.start(prompt, label, asked, by)
    assert not Split.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": (5,)}, "2 to 10 steps"),
        ({"steps": (5, 50)}, "the last one is 100"),
        ({"steps": (0, 100)}, "2 to 10 steps"),
        ({"steps": (50, 20, 100)}, "wider than the one before"),
        ({"least_minutes": 0}, "1 to 10,080 minutes"),
        ({"least_calls": 0}, "calls"),
        ({"guards": {}}, "one guard or more"),
        ({"guards": {"score_fall": 0.1}, "score": ""}, "Name the score"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(prompt, by, changes, message):
    with pytest.raises(running.InvalidSplit, match=message):
        running.start_canary(
            prompt,
            "production",
            2,
            running.Plan(**({"guards": {"latency_ratio": 1.3}, "score": "kind"} | changes)),
            by,
        )
    assert not Split.objects.exists()


def test_a_canary_of_what_the_label_points_at_is_refused(prompt, by):
    with pytest.raises(running.InvalidSplit, match="points at version 1 already"):
        running.start_canary(
            prompt, "production", 1, running.Plan(guards={"latency_ratio": 1.3}), by
        )


def test_a_label_has_one_split_at_a_time(prompt, by):
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    with pytest.raises(running.InvalidSplit, match="split already"):
        running.start(prompt, "production", {1: 50, 3: 50}, by)


def test_to_move_the_label_ends_its_split_and_says_so(prompt, by):
    split = running.start(prompt, "production", {1: 50, 2: 50}, by)
    labels.move(prompt, "production", prompt.versions.get(number=3), by)
    assert {served(prompt, unit=f"user-{n}") for n in range(20)} == {(3, "")}
    assert kinds(split) == ["overtaken", "started"]


def test_a_version_that_a_split_serves_stays(prompt, by):
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    with pytest.raises(StillSplit, match="serves version 2"):
        versions.remove(prompt.project, [prompt.versions.get(number=2)], by)
    versions.remove(prompt.project, [prompt.versions.get(number=3)], by)
    assert {served(prompt, unit=f"user-{n}")[0] for n in range(40)} == {1, 2}


def test_a_protected_label_is_split_by_those_who_may_move_it(prompt, owner):
    ProtectedLabel.objects.create(project=prompt.project, name="production", least_role=Role.ADMIN)
    with pytest.raises(labels.Protected):
        running.start(prompt, "production", {1: 50, 2: 50}, By(Way.PAGE, owner, role=Role.MEMBER))
    split = running.start(
        prompt, "production", {1: 50, 2: 50}, By(Way.PAGE, owner, role=Role.ADMIN)
    )
    for forbidden in (
        lambda by: running.stop(split, 2, by),
        lambda by: running.change_shares(split, {1: 10, 2: 90}, by),
    ):
        with pytest.raises(labels.Protected):
            forbidden(By(Way.PAGE, owner, role=Role.MEMBER))


def test_a_gate_holds_for_a_share_too_but_for_its_checks_of_calls(prompt, by):
    gate = Gate.objects.create(
        project=prompt.project,
        label="production",
        checks={"forbidden": ["two"], "min_calls": 100},
    )
    with pytest.raises(GateClosed, match="forbidden"):
        running.start(prompt, "production", {1: 50, 2: 50}, by)
    assert GateRun.objects.get().number == 2
    split = running.start(prompt, "production", {1: 90, 3: 10}, by)
    with pytest.raises(GateClosed, match="min_calls"):
        running.stop(split, 3, by)
    assert Split.objects.get(pk=split.pk).ended_at is None
    gate.delete()
    running.stop(split, 3, by)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_shares_and_a_promotion_at_once_leave_one_and_tell_the_other(project, by):
    """Whoever comes first: in the end everybody gets what the label points at; no split runs."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    made = [
        versions.create(project, versions.Draft("greet", "text", text), by)
        for text in ("one", "two", "three")
    ]
    prompt = made[0].prompt
    labels.move(prompt, "production", made[0], by)
    split = running.start(prompt, "production", {1: 50, 2: 50}, by)
    gate = Barrier(2)

    def at_once(act):
        try:
            gate.wait(10)
            return act()
        except running.Over as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        changed, promoted = pool.map(
            at_once,
            (
                lambda: running.change_shares(split, {1: 10, 2: 90}, by),
                lambda: labels.move(prompt, "production", made[2], by),
            ),
        )
    assert promoted is None
    assert changed is None or isinstance(changed, running.Over)
    assert {served(prompt, unit=f"user-{n}") for n in range(20)} == {(3, "")}
    assert kinds(split)[0] == "overtaken"
    assert ("changed" in kinds(split)) == (changed is None)
