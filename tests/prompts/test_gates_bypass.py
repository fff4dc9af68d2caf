"""Ways around a gate that are none: deleting, including, splitting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from prompts import labels, versions
from prompts.changes import By
from prompts.composition import InvalidComposition
from prompts.files.applying import How, Refused, apply
from prompts.gates import GateClosed, running
from prompts.gates.models import Gate, GateChange, GateRun
from prompts.models import LabelMove, Numbering, Prompt, PromptVersion, ProtectedLabel, Way
from prompts.splits import running as splitting
from prompts.splits.models import SplitStep
from prompts.splits.overtaking import StillSplit

LONG = "much too long a text, this one"


@pytest.fixture
def by(owner):
    return By(Way.PAGE, owner, role=Role.OWNER)


@pytest.fixture
def member_by(member):
    return By(Way.PAGE, member, role=Role.MEMBER)


@pytest.fixture
def written(project, by):
    """`written("text", name=…)`: the next version."""

    def made(body, *, name="greet", **fields):
        return versions.create(project, versions.Draft(name, "text", body, **fields), by)

    return made


def test_the_way_back_leads_to_no_other_text_under_an_old_number(written, project, gate, by):
    old, new = written("short"), written("brief")
    labels.move(old.prompt, "production", new, by)
    labels.move(old.prompt, "production", old, by)
    versions.remove(project, [new], by)
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed):
        labels.move(old.prompt, "production", written(LONG), by)


def test_a_version_is_not_judged_by_calls_from_before_it_was_made(written, gate, calls):
    version = written("a")
    calls(1, 25, ago=60)
    one = gate({"min_calls": 1})
    assert running.run(one, version.prompt, version, None).results[-1].n == 0
    version.created_at = timezone.now() - timedelta(hours=1)
    assert running.run(one, version.prompt, version, None).results[-1].n == 25


def test_a_prompt_that_is_made_again_has_its_gate_and_its_history(written, project, gate, by):
    first = written("one", labels=["production"])
    gate({"max_tokens": 5}, prompt=first.prompt)
    second = written("two", labels=["production"])
    split = splitting.start(first.prompt, "production", {1: 50, 2: 50}, by)
    splitting.stop(split, 2, by)
    versions.remove(project, [first, second], by)
    assert not Prompt.objects.exists() and not Gate.objects.exists()
    with pytest.raises(GateClosed):
        written(LONG, labels=["production"])
    again = written("three", labels=["production"]).prompt
    assert list(again.moves.values_list("before", "after")) == [
        (None, 3), (2, None), (1, 2), (None, 1),
    ]  # fmt: skip
    runs = list(again.gate_runs.order_by("pk").values_list("number", "verdict"))
    assert runs[0] == (2, "passed") and runs[-2:] == [(3, "failed"), (3, "passed")]
    assert Gate.objects.get().prompt == again
    assert {step.split.prompt for step in SplitStep.objects.all()} == {again}


def test_a_prompt_that_is_split_is_not_deleted(written, project, by):
    both = [written("one", labels=["production"]), written("two")]
    splitting.start(both[0].prompt, "production", {1: 50, 2: 50}, by)
    with pytest.raises(StillSplit, match="Stop that split first"):
        versions.remove(project, both, by)
    assert Prompt.objects.exists()


@pytest.mark.parametrize("is_taken_away", [False, True])
def test_what_a_gate_compares_with_is_deleted_by_admins(
    written, project, gate, by, member_by, is_taken_away
):
    held, other = written("{{a}}", labels=["production"]), written("b")
    gate({"keep_variables": "all"})
    if is_taken_away:
        labels.move(held.prompt, "production", None, by)
    for gone in ([held], [held, other]):
        with pytest.raises(labels.Protected, match=r"compares with version 1: only .*Admin"):
            versions.remove(project, gone, member_by)
    versions.remove(project, [other], member_by)
    versions.remove(project, [held], by)


@pytest.mark.parametrize(
    ("asked", "is_open"),
    [("label=latest", False), ("label=staging", False), ("label=production", True),
     ("version=1", True)],
)  # fmt: skip
@pytest.mark.parametrize("is_gated", [True, False])
def test_a_held_label_includes_only_what_is_held_as_well(
    written, project, gate, by, asked, is_open, is_gated
):
    written("Be kind.", name="tone", labels=["staging", "production"])
    if is_gated:
        gate({})
    else:
        ProtectedLabel.objects.create(project=project, name="production")
    version = written(f"@@@langfusePrompt:name=tone|{asked}@@@")
    if is_open:
        labels.move(version.prompt, "production", version, by)
    else:
        refused = GateClosed if is_gated else InvalidComposition
        with pytest.raises(refused, match=r"tone \((latest|staging)\)"):
            labels.move(version.prompt, "production", version, by)
    labels.move(version.prompt, "staging", version, by)


def test_nor_by_way_of_a_version_in_between(written, gate, by):
    written("Be kind.", name="tone")
    written("@@@langfusePrompt:name=tone|label=latest@@@", name="rules")
    version = written("@@@langfusePrompt:name=rules|version=1@@@")
    gate({})
    with pytest.raises(GateClosed, match=r"tone \(latest\)"):
        labels.move(version.prompt, "production", version, by)


def test_a_label_for_admins_is_not_held_by_one_for_members(written, project, by):
    written("Be kind.", name="tone", labels=["staging"])
    ProtectedLabel.objects.create(project=project, name="staging", least_role=Role.MEMBER)
    ProtectedLabel.objects.create(project=project, name="production", least_role=Role.ADMIN)
    version = written("@@@langfusePrompt:name=tone|label=staging@@@")
    with pytest.raises(InvalidComposition, match=r"“production” is protected"):
        labels.move(version.prompt, "production", version, by)


def test_without_calls_a_split_of_a_gated_label_stays_small(written, gate, by):
    prompt = written("one", labels=["production"]).prompt
    written("two"), written("three")
    gate({"min_calls": 10})
    for shares in ({1: 89, 2: 11}, {1: 89, 2: 6, 3: 5}):
        with pytest.raises(GateClosed, match="Up to 10 percent"):
            splitting.start(prompt, "production", shares, by)
    split = splitting.start(prompt, "production", {1: 92, 2: 8}, by)
    splitting.change_shares(split, {1: 90, 2: 10}, by)
    with pytest.raises(GateClosed, match="min_calls"):
        splitting.change_shares(split, {1: 50, 2: 50}, by)
    splitting.change_shares(split, {1: 95, 2: 5}, by)
    split.refresh_from_db()
    assert split.shares == {1: 95, 2: 5}


def test_with_its_calls_it_grows(written, gate, by, calls):
    prompt = written("one", labels=["production"]).prompt
    written("two")
    PromptVersion.objects.update(created_at=timezone.now() - timedelta(hours=1))
    calls(2, 10)
    gate({"min_calls": 10})
    split = splitting.start(prompt, "production", {1: 90, 2: 10}, by)
    splitting.change_shares(split, {1: 50, 2: 50}, by)
    split.refresh_from_db()
    assert split.shares == {1: 50, 2: 50}


def test_a_share_that_grows_is_asked_of_the_gate_as_it_is_by_then(written, gate, by):
    prompt = written("one", labels=["production"]).prompt
    written("two")
    split = splitting.start(prompt, "production", {1: 95, 2: 5}, by)
    gate({"forbidden": ["two"]})
    with pytest.raises(GateClosed, match="forbidden"):
        splitting.change_shares(split, {1: 92, 2: 8}, by)


def test_a_move_that_breaks_what_includes_the_label_is_refused_with_its_name(written, by):
    short = written("Be kind.", name="tone", labels=["production"])
    long = written("x" * 400_000, name="tone")
    written("@@@langfusePrompt:name=tone|label=production@@@", name="rules")
    twice = "@@@langfusePrompt:name=rules|version=1@@@" * 3
    written(twice, labels=["production"])
    with pytest.raises(
        InvalidComposition, match=r"breaks “greet” version 1 \(production\): .*pass"
    ):
        labels.move(short.prompt, "production", long, by)
    assert labels.number_of(short.prompt, "production") == 1


def test_so_is_a_new_version_where_latest_is_included(written, project):
    written("Be kind.", name="tone")
    written("@@@langfusePrompt:name=tone|label=latest@@@" * 3, labels=["staging"])
    with pytest.raises(InvalidComposition, match=r"breaks “greet” version 1 \(staging\)"):
        written("x" * 400_000, name="tone")
    assert project.prompts.get(name="tone").versions.count() == 1


def test_what_is_included_by_nobody_who_serves_it_may_grow(written):
    written("Be kind.", name="tone")
    written("@@@langfusePrompt:name=tone|label=latest@@@" * 3)
    assert written("x" * 400_000, name="tone").number == 2


def test_a_refused_new_prompt_leaves_its_run(written, gate, project):
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed):
        written(LONG, labels=["production"])
    assert not Prompt.objects.exists()
    assert GateRun.objects.get().kept_under == Numbering.objects.get(project=project, name="greet")
    assert written("short").prompt.gate_runs.get().verdict == "failed"


def test_a_refused_push_of_files_leaves_its_runs_and_a_dry_one_none(gate, project, by):
    gate({"max_tokens": 5})
    file = f"---\nname: greet\nlabels: [production]\n---\n{LONG}\n"
    with pytest.raises(Refused):
        apply(project, {"greet.md": file}, by, How(is_dry=True))
    assert not GateRun.objects.exists()
    with pytest.raises(Refused):
        apply(project, {"greet.md": file}, by, How())
    run = GateRun.objects.get()
    assert (run.verdict, run.is_move, run.user) == ("failed", True, by.user)


def test_who_changes_a_gate_is_on_record(client, owner, submit):
    client.force_login(owner)
    about = {"label": "production"}
    assert submit("prompt-gate-edit", about | {"max_tokens": "5"}).status_code == 302
    submit("prompt-gate-edit", about | {"max_tokens": "5"})
    submit("prompt-gate-edit", about | {"max_tokens": "9"})
    submit("prompt-gate-delete", about)
    found = GateChange.objects.order_by("pk").values_list("before", "after", "user")
    assert [(b and b["max_tokens"], a and a["max_tokens"], user) for b, a, user in found] == [
        (None, 5, owner.pk), (5, 9, owner.pk), (9, None, owner.pk),
    ]  # fmt: skip


@pytest.mark.parametrize("move", ["move", "move_all"])
def test_a_label_is_not_moved_to_a_version_that_is_gone_by_then(written, project, by, move):
    first, second = written("one"), written("two")
    versions.remove(project, [PromptVersion.objects.get(pk=second.pk)], by)
    with pytest.raises(labels.Moved, match="Version 2 was deleted meanwhile"):
        if move == "move":
            labels.move(first.prompt, "production", second, by)
        else:
            labels.move_all(first.prompt, ["production"], second, by)
    assert not LabelMove.objects.exists()


def test_to_delete_twice_at_once_loses_no_gate(written, project, gate, by):
    first = written("one")
    gate({"max_tokens": 5}, prompt=first.prompt)
    looked_at = [PromptVersion.objects.get(pk=first.pk)]
    versions.remove(project, [first], by)
    versions.remove(project, looked_at, by)
    assert written("again").prompt.gates.count() == 1
