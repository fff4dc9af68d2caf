"""Moving labels: one at a time, told to whoever came second, and by whom it is allowed."""

import threading
from functools import partial

import pytest
from django.db import connection

from accounts.roles import Role
from prompts.changes import By
from prompts.composition import InvalidComposition
from prompts.including import StillIncluded
from prompts.labels import Moved, Protected, move, move_all, number_of
from prompts.models import LabelMove, ProtectedLabel, Way
from prompts.names import InvalidName


def test_a_label_points_at_one_version_and_can_be_taken_away(make, by):
    first, second = make(), make()
    prompt = first.prompt
    move(prompt, "production", first, by)
    move(prompt, "production", second, by, note="Better greeting")
    assert number_of(prompt, "production") == 2
    move(prompt, "production", None, by)
    assert number_of(prompt, "production") is None
    moves = LabelMove.objects.filter(prompt=prompt).values_list("before", "after", "note")
    assert list(moves) == [(2, None, ""), (1, 2, "Better greeting"), (None, 1, "")]


def test_a_move_to_where_it_is_already_is_none(make, by):
    version = make(labels=["production"])
    move(version.prompt, "production", version, by)
    assert version.prompt.moves.count() == 1


@pytest.mark.parametrize("name", ["latest", "", "Upper", "a b", "x" * 37, None, "환불", "a~b"])
def test_a_label_that_cannot_be_is_refused(make, by, name):
    version = make()
    with pytest.raises(InvalidName):
        move(version.prompt, name, version, by)


def test_whoever_saw_it_elsewhere_is_told_and_nothing_moves(make, by):
    first, second, third = make(), make(), make()
    prompt = first.prompt
    move(prompt, "production", second, by, seen=None)
    with pytest.raises(Moved, match="it points at version 2 now"):
        move(prompt, "production", third, by, seen=1)
    with pytest.raises(Moved, match="version 2"):
        move(prompt, "production", third, by, seen=None)
    move(prompt, "production", third, by, seen=2)
    move(prompt, "production", None, by)
    with pytest.raises(Moved, match="it points at no version now"):
        move(prompt, "production", first, by, seen=3)


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_one_wins_the_other_is_told(make, by):
    """Twenty times, each from threads of their own with connections of their own."""
    versions = [make(labels=["production"]), make(), make()]
    prompt = versions[0].prompt
    for _ in range(20):
        seen = number_of(prompt, "production")
        others = [version for version in versions if version.number != seen]
        outcomes = at_once(
            [partial(move, prompt, "production", to, by, seen=seen) for to in others]
        )
        assert sorted(type(one).__name__ for one in outcomes) == ["Moved", "NoneType"]
        winner = others[outcomes.index(None)]
        assert number_of(prompt, "production") == winner.number
    assert prompt.moves.count() == 21


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_circle_from_two_sides(make, by):
    for name in ("a", "b"):
        make(name, "plain", labels=["production"])
    second = [
        make(name, f"@@@langfusePrompt:name={other}|label=production@@@")
        for name, other in (("a", "b"), ("b", "a"))
    ]
    outcomes = at_once([partial(move, to.prompt, "production", to, by) for to in second])
    assert sorted(type(one).__name__ for one in outcomes) == ["InvalidComposition", "NoneType"]


def at_once(calls: list) -> list[Exception | None]:
    """What each raised, or None."""
    start, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def work(place: int) -> None:
        try:
            start.wait()
            calls[place]()
        except (Moved, InvalidComposition) as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize(
    ("role", "is_allowed"),
    [(None, False), (Role.VIEWER, False), (Role.MEMBER, False), (Role.ADMIN, True),
     (Role.OWNER, True)],
)  # fmt: skip
def test_a_protected_label_moves_by_the_hands_it_is_for(make, project, role, is_allowed):
    ProtectedLabel.objects.create(project=project, name="production", least_role=Role.ADMIN)
    version, by = make(), By(Way.API, public_key="pk", role=role)
    if is_allowed:
        move(version.prompt, "production", version, by)
    else:
        with pytest.raises(Protected, match="only the role “Admin” moves it"):
            move(version.prompt, "production", version, by)
    assert number_of(version.prompt, "production") == (1 if is_allowed else None)
    move(version.prompt, "staging", version, by)


def test_a_protected_label_is_not_set_with_a_new_version_either(make, project, by):
    ProtectedLabel.objects.create(project=project, name="production")
    with pytest.raises(Protected):
        make(labels=["a", "production"])
    assert not project.prompts.exists()


def test_of_several_labels_all_move_or_none(make, project, by):
    ProtectedLabel.objects.create(project=project, name="production")
    version = make()
    with pytest.raises(Protected):
        move_all(version.prompt, ["a", "production"], version, by)
    with pytest.raises(InvalidName, match="At most 50"):
        move_all(version.prompt, [f"l{number}" for number in range(51)], version, by)
    assert not version.prompt.labels.exists()


def test_a_label_by_which_others_include_the_prompt_stays(make, by):
    version = make("tone", "Be kind.", labels=["production", "free"])
    make("parent", "@@@langfusePrompt:name=tone|label=production@@@")
    with pytest.raises(StillIncluded, match="parent version 1"):
        move(version.prompt, "production", None, by)
    move(version.prompt, "free", None, by)
    assert number_of(version.prompt, "production") == 1
