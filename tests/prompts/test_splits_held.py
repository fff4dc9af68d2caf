"""Canaries that wait: held at the end, or looking again and again."""

# ruff: noqa: F811

import pytest

from accounts.roles import Role
from prompts import tasks
from prompts.gates.models import Gate, GateRun
from prompts.models import ProtectedLabel
from prompts.splits import canary, running
from prompts.splits.canary import Course
from prompts.splits.kinds import StepKind
from prompts.splits.models import Canary, Split
from tests.prompts.test_splits_canary import (  # noqa: F401
    WELL,
    begun,
    by,
    prompt,
    ripen,
    state,
)


def test_a_gate_whose_figures_change_every_minute_holds_with_one_step_and_one_run(
    prompt, begun, calls
):
    split = begun(running.Plan((50, 100), 1, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    assert canary.check(split.pk) == Course.WIDEN
    Gate.objects.create(project=prompt.project, label="production", checks={"min_calls": 1000})
    ripen(split)
    for _ in range(3):
        calls(2, 7)
        assert canary.check(split.pk) == Course.WAIT
    assert state(split)[2] == ["held", "widened", "started"]
    assert GateRun.objects.count() == 1
    Gate.objects.update(checks={"min_calls": 1000, "required": ["never"]})
    assert canary.check(split.pk) == Course.WAIT
    assert state(split)[2] == ["held", "held", "widened", "started"]


def test_a_canary_whose_label_became_protected_is_held_and_says_why(prompt, begun, calls):
    split = begun(running.Plan((50, 100), 1, 1, {"error_difference": 5.0}))
    Split.objects.filter(pk=split.pk).update(role=Role.MEMBER)
    calls(1, 50)
    calls(2, 50)
    assert canary.check(split.pk) == Course.WIDEN
    ProtectedLabel.objects.create(project=prompt.project, name="production", least_role=Role.OWNER)
    ripen(split)
    for _ in range(3):
        tasks.watch_canary(split.pk)
    assert state(split) == ({2: 100}, False, ["held", "widened", "started"])
    assert "is protected" in split.history.first().reason
    assert Canary.objects.get(pk=split.pk).checked_at is not None


@pytest.mark.parametrize("absurd", [1e100, 1e200])
def test_one_absurd_score_leaves_the_error_guard_at_work(begun, calls, absurd):
    split = begun()
    calls(1, 400, **WELL)
    calls(2, 120, failing=60, **WELL)
    calls(2, 1, **{**WELL, "kind": absurd})
    assert canary.check(split.pk) == Course.ROLL_BACK
    assert split.history.first().reason == "error_difference"


def test_a_look_without_more_calls_uses_up_nothing(begun, calls):
    split = begun(running.Plan((50, 100), 600, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    for look in (1, 1, 2):
        if look == 2:
            calls(2, 5)
        assert canary.check(split.pk) == Course.WAIT
        assert Canary.objects.get(pk=split.pk).findings["guards"][0]["look"] == look


def test_a_moment_without_clickhouse_does_not_make_the_looks_begin_anew(begun, calls):
    split = begun(running.Plan((50, 100), 600, 1, {"error_difference": 5.0}))
    calls(1, 50)
    calls(2, 50)
    canary.check(split.pk)
    canary.unavailable(split.pk)
    kept = Canary.objects.get(pk=split.pk).findings
    assert (kept["is_away"], kept["guards"][0]["look"]) == (True, 1)
    canary.check(split.pk)
    assert "is_away" not in Canary.objects.get(pk=split.pk).findings


def test_the_page_tells_a_canary_that_is_held_by_no_gate_and_why(
    prompt, begun, calls, client, owner, look_at
):
    split = begun(running.Plan((50, 100), 1, 1, {"score_fall": 0.1}, "kind"))
    calls(1, 50, kind=0.8)
    calls(2, 49, kind=0.8)
    calls(2, 1, kind=1e200)
    tasks.watch_canary(split.pk)
    client.force_login(owner)
    page = look_at("prompt-split", name="greet")
    assert "Figures too large to reckon with" in page
    assert "99 %" not in page
    assert "one canary of a hundred at most" in page
    split.canary.refresh_from_db()
    running.note(split, StepKind.HELD, None, reason="Why.", findings={"held_by": {"error": "Why."}})
    page = look_at("prompt-split", name="greet")
    assert 'bad">Held</span>' in page
