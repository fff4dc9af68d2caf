"""Gates: a label moves only where its gate is open."""

import pytest

from accounts.roles import Role
from prompts import labels, versions
from prompts.changes import By
from prompts.gates import GateClosed
from prompts.gates.models import Gate, GateRun
from prompts.gates.verdicts import Verdict
from prompts.models import LabelMove, Way

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


@pytest.fixture
def by(owner):
    return By(Way.PAGE, owner, role=Role.OWNER)


@pytest.fixture
def written(project, by):
    """`written("text", name=…)`: the next version."""

    def made(body, *, name="greet", **fields):
        return versions.create(project, versions.Draft(name, "text", body, **fields), by)

    return made


def test_a_label_moves_where_its_gate_is_open_and_the_run_is_kept(written, gate, by):
    gate({"max_tokens": 5})
    version = written("short", labels=["production"])
    assert labels.number_of(version.prompt, "production") == 1
    kept = GateRun.objects.get()
    assert (kept.number, kept.verdict, kept.is_move, kept.user) == (1, PASSED, True, by.user)


def test_a_label_does_not_move_where_its_gate_is_closed_and_the_run_is_kept(written, gate, by):
    old, new = written("short", labels=["production"]), written("much too long a text, this one")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed, match=r"version 2\. Length \(max_tokens\): About 8 tokens"):
        labels.move(old.prompt, "production", new, by)
    assert labels.number_of(old.prompt, "production") == 1
    assert LabelMove.objects.count() == 1
    kept = GateRun.objects.get()
    assert (kept.number, kept.against, kept.verdict, kept.is_move) == (2, 1, FAILED, True)


def test_a_version_that_is_to_get_a_gated_label_is_not_written_where_the_gate_is_closed(
    written, gate
):
    version = written("short")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed):
        written("much too long a text, this one", labels=["production"])
    assert version.prompt.versions.count() == 1


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.VIEWER])
def test_only_an_admin_overrides_a_gate(written, gate, owner, role):
    version = written("much too long a text, this one")
    gate({"max_tokens": 5})
    with pytest.raises(GateClosed, match="Only an admin overrides"):
        labels.move(
            version.prompt, "production", version, By(Way.PAGE, owner, role=role), override="now"
        )
    assert labels.number_of(version.prompt, "production") is None


def test_an_override_is_kept_with_its_reason_where_it_was_needed_and_only_there(
    written, gate, owner
):
    admin = By(Way.PAGE, owner, role=Role.ADMIN)
    long, short = written("much too long a text, this one"), written("short")
    gate({"max_tokens": 5})
    labels.move(long.prompt, "production", long, admin, override="The old one insults people.")
    labels.move(long.prompt, "production", short, admin, override="Just in case.")
    assert [move.override for move in LabelMove.objects.all()] == [
        "",
        "The old one insults people.",
    ]
    assert [(run.verdict, run.override) for run in GateRun.objects.all()] == [
        (PASSED, ""),
        (FAILED, "The old one insults people."),
    ]


def test_the_way_back_is_open_and_the_way_forth_again_is_not(written, gate, by):
    old = written("much too long a text, this one", labels=["production"])
    new = written("another that is much too long by far", labels=["production"])
    gate({"max_tokens": 5})
    labels.move(old.prompt, "production", old, by)
    assert labels.number_of(old.prompt, "production") == 1
    with pytest.raises(GateClosed):
        labels.move(old.prompt, "production", new, by)


def test_to_take_a_label_away_first_is_no_way_around_what_a_gate_compares(written, gate, by):
    old = written("{{a}}", labels=["production"])
    new = written("b")
    gate({"keep_variables": "all"})
    labels.move(old.prompt, "production", None, by)
    with pytest.raises(GateClosed, match="Variables of version 1 that are missing: a"):
        labels.move(old.prompt, "production", new, by)
    labels.move(old.prompt, "production", old, by)


def test_nor_is_to_delete_what_the_label_points_at(written, gate, by):
    old = written("{{a}}", labels=["production"])
    gone = written("{{a}} once more", labels=["production"])
    new = written("b")
    gate({"keep_variables": "all"})
    versions.remove(old.prompt.project, [gone], by)
    assert labels.number_of(old.prompt, "production") is None
    with pytest.raises(GateClosed, match="Variables of version 1 that are missing: a"):
        labels.move(old.prompt, "production", new, by)


def test_taking_a_label_away_asks_no_gate(written, gate, by):
    version = written("much too long a text, this one", labels=["production"])
    gate({"max_tokens": 5})
    labels.move(version.prompt, "production", None, by)
    assert labels.number_of(version.prompt, "production") is None


def test_a_prompts_own_gate_comes_before_the_projects_and_other_labels_have_none(written, gate, by):
    version = written("much too long a text, this one")
    gate({"max_tokens": 5})
    gate({"max_tokens": 500}, prompt=version.prompt)
    labels.move(version.prompt, "production", version, by)
    other = written("just as much too long a text", name="other")
    labels.move(other.prompt, "staging", other, by)
    with pytest.raises(GateClosed):
        labels.move(other.prompt, "production", other, by)


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_are_each_held_to_what_the_label_points_at_by_then(project, by):
    """Each is 1.5 times as long as what production points at. After one of them, the other is
    compared with that one, not with what it was when they set out.
    """
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    made = [
        versions.create(project, versions.Draft("greet", "text", "one " * count), by)
        for count in (4, 6, 6)
    ]
    labels.move(made[0].prompt, "production", made[0], by)
    Gate.objects.create(project=project, label="production", checks={"max_token_ratio": 1.6})

    def promote(version):
        try:
            labels.move(version.prompt, "production", version, by)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(promote, made[1:]))
    runs = list(GateRun.objects.order_by("pk"))
    assert runs[0].against == 1
    assert runs[1].against == runs[0].number
    assert [round(run.results[-1]["figures"]["ratio"], 2) for run in runs] == [1.5, 1.0]
