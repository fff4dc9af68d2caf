"""Versions: numbered from 1, never changed, made and removed whole or not at all."""

import threading

import pytest
from django.db import connection

from accounts.roles import Role
from prompts.body import InvalidBody
from prompts.changes import By
from prompts.composition import InvalidComposition
from prompts.kept import MOST_DEPTH
from prompts.labels import Protected
from prompts.models import (
    Label,
    LabelMove,
    Prompt,
    PromptVersion,
    ProtectedLabel,
    Revision,
    Way,
)
from prompts.names import InvalidName
from prompts.versions import Draft, InvalidVersion, StillIncluded, create, remove, set_tags


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def test_versions_are_numbered_from_one_by_prompt(make):
    assert [make("a").number, make("a").number, make("b").number, make("a").number] == [1, 2, 1, 3]


def test_a_number_is_not_used_again_below_the_highest(make, project, by):
    first, second, third = make(), make(), make()
    remove(project, [second], by)
    assert make().number == 4
    assert [version.number for version in first.prompt.versions.all()] == [4, 3, 1]
    assert third.number == 3


def test_a_version_says_who_made_it(make, owner, by):
    assert make(by=By(Way.PAGE, user=owner)).author == owner
    assert make(by=by).public_key == "pk-test"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"name": ""}, InvalidName), ({"name": "a|b"}, InvalidName), ({"name": "a//b"}, InvalidName),
     ({"name": "/a"}, InvalidName), ({"name": "a/../b"}, InvalidName), ({"name": 5}, InvalidName),
     ({"name": "a\0"}, InvalidName), ({"name": "x" * 256}, InvalidName),
     ({"name": "a@@@b"}, InvalidName), ({"body": None}, InvalidBody),
     ({"type": "image"}, InvalidVersion), ({"type": "chat"}, InvalidBody),
     ({"labels": ["Upper"]}, InvalidName), ({"labels": ["x" * 37]}, InvalidName),
     ({"labels": [f"l{number}" for number in range(51)]}, InvalidName),
     ({"tags": ["x" * 101]}, InvalidName), ({"tags": [""]}, InvalidName),
     ({"tags": [f"t{number}" for number in range(51)]}, InvalidVersion),
     ({"message": "x" * 1001}, InvalidVersion), ({"message": "a\0b"}, InvalidVersion),
     ({"config": {"a": "\0"}}, InvalidVersion), ({"config": {"a\ud800": 1}}, InvalidVersion),
     ({"config": float("inf")}, InvalidVersion), ({"config": deep(60)}, InvalidVersion),
     ({"config": {"a": "x" * 500_001}}, InvalidVersion),
     ({"body": "@@@langfusePrompt:name=none|label=a@@@"}, InvalidComposition)],
)  # fmt: skip
def test_what_is_invalid_leaves_nothing_behind(project, by, changes, kind):
    draft = {"name": "greet", "type": "text", "body": "Hi", **changes}
    with pytest.raises(kind):
        create(project, Draft(**draft), by)
    assert not Prompt.objects.filter(project=project).exists()
    assert not Revision.objects.filter(project=project, number__gt=0).exists()


@pytest.mark.parametrize("config", [{}, [], None, 5, "x", {"a": [1.5, None, True, "환불"]},
                                    deep(MOST_DEPTH), 10**40, 1e-7])  # fmt: skip
def test_any_other_json_is_a_configuration(make, config):
    stored = PromptVersion.objects.get(pk=make(config=config).pk).config
    assert stored == ({} if config is None else config)


def test_a_prompt_stays_of_its_type(make):
    make("a", "text")
    with pytest.raises(InvalidVersion, match="is of type “text”"):
        make("a", [{"role": "user", "content": "hi"}])


def test_tags_are_the_prompts_and_stay_unless_others_are_given(make):
    assert make(tags=["b", "a", "b"]).prompt.tags == ["a", "b"]
    assert make().prompt.tags == ["a", "b"]
    assert make(tags=[]).prompt.tags == []
    prompt = make().prompt
    set_tags(prompt, ["new"])
    prompt.refresh_from_db()
    assert prompt.tags == ["new"]
    with pytest.raises(InvalidName):
        set_tags(prompt, ["\0"])


def test_labels_move_to_the_new_version_and_each_move_is_noted(make):
    make(labels=["production", "latest", "production"])
    prompt = make(labels=["production"]).prompt
    assert list(prompt.labels.values_list("name", "version__number")) == [("production", 2)]
    moves = LabelMove.objects.filter(prompt=prompt).values_list("label", "before", "after")
    assert list(moves) == [("production", 1, 2), ("production", None, 1)]


def test_removing_a_version_takes_its_labels_and_the_last_one_the_prompt(make, project, by):
    first, second = make(labels=["a"]), make(labels=["b"])
    remove(project, [first], by)
    assert list(Label.objects.filter(prompt=first.prompt).values_list("name", flat=True)) == ["b"]
    moves = LabelMove.objects.filter(prompt=first.prompt, label="a")
    assert list(moves.values_list("before", "after")) == [(1, None), (None, 1)]
    remove(project, [second], by)
    assert not Prompt.objects.filter(project=project).exists()


def test_a_version_keeps_a_protected_label_from_those_who_may_not_move_it(make, project, by):
    first, second = make(labels=["production"]), make()
    ProtectedLabel.objects.create(project=project, name="production")
    for versions in ([first], [first, second]):
        with pytest.raises(Protected):
            remove(project, versions, by)
    remove(project, [second], by)
    remove(project, [first], By(Way.API, role=Role.ADMIN))
    assert not project.prompts.exists()


@pytest.mark.parametrize("asked", ["label=production", "version=1", "label=latest"])
def test_what_others_include_is_not_removed(make, project, by, asked):
    included = make("tone", "Be kind.", labels=["production"])
    make("parent", f"@@@langfusePrompt:name=tone|{asked}@@@")
    with pytest.raises(StillIncluded, match="parent version 1"):
        remove(project, [included], by)
    assert project.prompts.count() == 2


def test_a_version_that_nobody_includes_goes_though_another_is_included(make, project, by):
    make("tone", "Be kind.", labels=["production"])
    second = make("tone", "Be brief.")
    make("parent", "@@@langfusePrompt:name=tone|label=production@@@")
    remove(project, [second], by)
    assert project.prompts.get(name="tone").versions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_versions_made_at_once_get_numbers_of_their_own(project, by):
    """Eight threads, each with a connection of its own."""
    draft, failures = Draft(name="greet", type="text", body="Hi", labels=["production"]), []
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait()
            create(project, draft, by)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    prompt = Prompt.objects.get(project=project)
    assert sorted(prompt.versions.values_list("number", flat=True)) == list(range(1, 9))
    moves = list(prompt.moves.order_by("pk").values_list("before", "after"))
    assert [before for before, _ in moves] == [None, *(after for _, after in moves[:-1])]
    assert Revision.objects.get(project=project).number == 8


@pytest.mark.parametrize("query", ["", "?version=1", "?label=a"])
def test_deleting_loads_no_texts_of_what_goes(make, ask, monkeypatch, query):
    for number in range(3):
        make("long", "x" * 1_000, labels=["a"] if number == 1 else [])
    loaded = []
    from_db = PromptVersion.from_db.__func__

    def noting(cls, db, names, values):
        loaded.extend([dict(zip(names, values, strict=False))] if "body" in names else [])
        return from_db(cls, db, names, values)

    monkeypatch.setattr(PromptVersion, "from_db", classmethod(noting))
    assert ask("delete", f"/api/public/v2/prompts/long{query}").status_code == 204
    assert [one["number"] for one in loaded if one["number"] != 3 or not query] == []
