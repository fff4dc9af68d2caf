"""Weighted splits of a label: who gets what, and what changes it."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from prompts import labels, serving, versions
from prompts.changes import By
from prompts.gates import GateClosed
from prompts.gates.models import Gate, GateRun
from prompts.models import ProtectedLabel, Way
from prompts.splits import buckets, running
from prompts.splits.buckets import InvalidShares
from prompts.splits.models import Split, SplitStep
from prompts.splits.overtaking import StillSplit


@st.composite
def shares(draw):
    chosen = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5, unique=True))
    cuts = sorted(
        draw(
            st.lists(
                st.integers(1, 99), min_size=len(chosen) - 1, max_size=len(chosen) - 1, unique=True
            )
        )
    )
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return dict(zip(chosen, parts, strict=True))


@settings(deadline=None)  # the machine may be busy
@given(before=shares(), after=shares())
def test_a_version_that_grows_keeps_all_it_had_and_one_that_shrinks_gets_nothing_new(before, after):
    old = buckets.filled(before)
    new = buckets.moved(old, after)
    assert buckets.shares_of(new) == dict(sorted(after.items()))
    for number in {*before, *after}:
        had = {place for place, owner in enumerate(old) if owner == number}
        has = {place for place, owner in enumerate(new) if owner == number}
        assert had <= has or has <= had


@settings(deadline=None)  # the machine may be busy
@given(steps=st.lists(st.integers(1, 100), min_size=2, max_size=6, unique=True).map(sorted))
def test_a_unit_that_has_the_candidate_keeps_it_through_all_steps_of_a_canary(steps):
    places = buckets.filled({1: 100 - steps[0], 2: steps[0]})
    units, salt = [f"user-{n}" for n in range(200)], "salt"
    had: set[str] = set()
    for share in steps:
        places = buckets.moved(places, {1: 100 - share, 2: share})
        has = {unit for unit in units if buckets.version_for(places, salt, unit) == 2}
        assert had <= has
        had = has


@settings(deadline=None)  # the machine may be busy
@given(share=shares(), salt=st.text(max_size=8))
def test_the_versions_get_units_by_their_shares(share, salt):
    """Within five standard errors of 2,000 units, which hypothesis does not find a way past."""
    places = buckets.filled(share)
    got = Counter(buckets.version_for(places, salt, f"user-{n}") for n in range(2000))
    for number, percent in share.items():
        p = percent / 100
        assert abs(got[number] / 2000 - p) <= 5 * (p * (1 - p) / 2000) ** 0.5 + 1e-9


@settings(deadline=None)  # the machine may be busy
@given(unit=st.text(min_size=1), salt=st.text())
def test_a_unit_always_falls_into_the_same_bucket(unit, salt):
    assert buckets.bucket_of(salt, unit) == buckets.bucket_of(salt, unit)
    assert 0 <= buckets.bucket_of(salt, unit) < 100


def test_the_bucket_of_a_unit_never_changes_from_release_to_release():
    assert [buckets.bucket_of("salt", unit) for unit in ("user-1", "사용자", "\ud800")] == [
        42, 35, 2,
    ]  # fmt: skip


def test_without_a_unit_all_versions_come_up():
    assert {buckets.version_for(buckets.filled({1: 50, 2: 50}), "s", "") for _ in range(200)} == {
        1,
        2,
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({1: 100}, "2 to 5 different"),
        (dict.fromkeys(range(6), 10), "2 to 5 different"),
        ({1: 50, 2: 49}, "these make 99"),
        ({1: 100, 2: 0}, "1 percent or more"),
        ({1: 120, 2: -20}, "1 percent or more"),
    ],
)
def test_shares_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(InvalidShares, match=message):
        buckets.checked_shares(wrong)


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
