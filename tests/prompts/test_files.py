"""All prompts out as files and in again: lossless, all or nothing, and nothing twice."""

import random
import string

import pytest

from prompts.changes import By
from prompts.files import exporting
from prompts.files.applying import Action, How, Refused, apply
from prompts.files.archive import packed, unpacked
from prompts.files.exporting import TooMany, exported
from prompts.labels import move, number_of
from prompts.models import LabelMove, Prompt, PromptVersion, ProtectedLabel, Way

CHAT = [{"role": "system", "content": "Be {{how}}."}, {"type": "placeholder", "name": "history"}]
BY = By(Way.FILES, public_key="pk-files")


@pytest.fixture
def files(project):
    return lambda **options: dict(exported(project.id, **options))


@pytest.fixture
def push(project):
    """`push({path: text}, is_forced=True)`: what became of each file."""

    def pushed(given, **how):
        into = how.pop("into", project)
        return {one.path: one for one in apply(into, given, BY, How(**how))}

    return pushed


@pytest.fixture
def refused(push, project):
    """What each file is refused for; nothing has changed."""

    def told(given, **how):
        before = state(project)
        with pytest.raises(Refused) as error:
            push(given, **how)
        assert state(project) == before
        return {one.path: one.detail for one in error.value.problems}

    return told


def state(project) -> tuple:
    versions = PromptVersion.objects.filter(prompt__project=project)
    return (
        sorted(versions.values_list("prompt__name", "number")),
        sorted(LabelMove.objects.filter(prompt__project=project).values_list("pk", flat=True)),
        sorted(Prompt.objects.filter(project=project).values_list("name", "tags")),
    )


@pytest.fixture
def some(make):
    make("greet", "Hi {{name}}", labels=["production"], tags=["x"], message="First")
    make("greet", "Hello {{name}}", config={"temperature": 0.5})
    make("support/talk", CHAT, labels=["production", "staging"])


def test_the_latest_version_and_those_with_labels_are_files(some, files):
    found = files()
    assert list(found) == ["greet@1.md", "greet.md", "support/talk.md"]
    assert found["greet@1.md"] == (
        "---\nname: greet\ntype: text\nversion: 1\nlabels:\n- production\ntags:\n- x\n"
        "message: First\n---\nHi {{name}}\n"
    )
    assert "config:\n  temperature: 0.5\n" in found["greet.md"]
    assert files(folder="support") == {"support/talk.md": found["support/talk.md"]}


def test_what_was_exported_changes_nothing_when_it_comes_back(some, files, push, project):
    before = state(project)
    changes = push(files())
    assert {one.action for one in changes.values()} == {Action.UNCHANGED}
    assert state(project) == before


def test_another_project_becomes_the_same(some, files, push, project, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    changes = push(files(), into=other)
    assert {one.action for one in changes.values()} == {Action.CREATED, Action.CHANGED}
    assert dict(exported(other.id)) == files()
    assert {one.action for one in push(files(), into=other).values()} == {Action.UNCHANGED}


def test_a_changed_text_is_a_new_version_and_takes_its_labels(some, files, push, project):
    given = files()
    given["support/talk.md"] = given["support/talk.md"].replace("Be {{how}}", "Be very {{how}}")
    change = push(given, message="From git")["support/talk.md"]
    assert (change.action, change.version, change.is_new) == (Action.CHANGED, 2, True)
    prompt = project.prompts.get(name="support/talk")
    assert number_of(prompt, "production") == number_of(prompt, "staging") == 2
    assert prompt.versions.get(number=2).message == "From git"
    assert prompt.moves.first().way == "files"
    assert push(given)["support/talk.md"].action == Action.UNCHANGED


def test_dry_tells_what_would_change_and_changes_nothing(some, files, push, project):
    given = {**files(), "new.md": "Hi"}
    given["greet.md"] = given["greet.md"].replace("Hello", "Ahoy")
    before = state(project)
    changes = push(given, is_dry=True)
    assert (changes["new.md"].action, changes["greet.md"].action) == ("created", "changed")
    assert changes["greet.md"].version == 3
    assert state(project) == before


def test_a_label_moves_forward_and_back_only_by_force(some, files, push, project, by):
    stale = files()
    prompt = project.prompts.get(name="greet")
    move(prompt, "production", prompt.versions.get(number=2), by)
    [kept] = push(stale)["greet@1.md"].labels
    assert (kept.kept, number_of(prompt, "production")) == (True, 2)
    push(stale, is_forced=True)
    assert number_of(prompt, "production") == 1
    fresh = files()
    fresh["greet.md"] = fresh["greet.md"].replace(
        "version: 2\n", "version: 2\nlabels: [production]\n"
    )
    fresh["greet@1.md"] = fresh["greet@1.md"].replace("labels:\n- production\n", "")
    change = push(fresh)["greet.md"]
    assert (change.action, change.is_new) == (Action.CHANGED, False)
    assert number_of(prompt, "production") == 2


def test_whoever_pulled_before_others_changed_it_is_told(some, files, refused, push, make):
    mine = files()["greet.md"].replace("Hello", "Ahoy")
    make("greet", "Good day {{name}}")
    told = refused({"greet.md": mine})
    assert "has version 3 by now, and this file was made from version 2" in told["greet.md"]
    assert push({"greet.md": mine}, is_forced=True)["greet.md"].version == 4


def test_a_file_that_only_is_older_is_behind_and_changes_nothing(some, files, push, make, project):
    stale = files()
    make("greet", "Good day {{name}}")
    before = state(project)
    assert push(stale)["greet.md"].action == Action.BEHIND
    assert state(project) == before


def test_tags_are_those_of_the_last_file_of_a_prompt(some, files, push, project):
    given = files()
    given["greet.md"] = given["greet.md"].replace("- x\n", "- y\n")
    change = push(given)["greet.md"]
    assert (change.action, change.tags) == (Action.CHANGED, ["y"])
    assert project.prompts.get(name="greet").tags == ["y"]
    given["greet.md"] = given["greet.md"].replace("tags:\n- y\n", "")
    assert push(given)["greet.md"].tags is None


def test_what_is_included_comes_first_whatever_the_files_are_called(push, files, project):
    push(
        {
            "a.md": "---\nlabels: [production]\n---\n@@@langfusePrompt:name=b|label=production@@@",
            "b.md": "---\nlabels: [production]\n---\n@@@langfusePrompt:name=c|label=latest@@@",
            "c.md": "c",
        }
    )
    assert sorted(project.prompts.values_list("name", flat=True)) == ["a", "b", "c"]
    assert {one.action for one in push(files()).values()} == {Action.UNCHANGED}


def test_every_file_that_cannot_be_is_told_and_none_is_written(refused, project):
    ProtectedLabel.objects.create(project=project, name="production")
    told = refused(
        {
            "good.md": "Hi",
            "head.md": "---\nfoo: 1\n---\n",
            "name.md": "---\nname: a|b\n---\nx",
        }
    )
    assert list(told) == ["head.md"]  # what cannot be read is told first
    told = refused(
        {
            "good.md": "Hi",
            "../../up.md": "x",
            "name.md": "---\nname: a|b\n---\nx",
            "nul.md": "x\0",
            "config.md": '---\nconfig: "\\0"\n---\nx',
            "label.md": "---\nlabels: [Not this]\n---\nx",
            "protected.md": "---\nlabels: [production]\n---\nx",
            "missing.md": "@@@langfusePrompt:name=none|label=a@@@",
            "circle.md": "@@@langfusePrompt:name=circle|label=latest@@@",
            "long.md": "x" * 500_001,
        }
    )
    assert set(told) == {
        "../../up.md", "name.md", "nul.md", "config.md", "label.md", "protected.md", "missing.md",
        "circle.md", "long.md",
    }  # fmt: skip
    assert "“production” is protected" in told["protected.md"]
    assert "circle → circle" in told["circle.md"]


def test_two_files_of_one_version_are_told(refused):
    told = refused({"a.md": "---\nname: x\n---\n1", "b.md": "---\nname: x\n---\n2"})
    assert told == {"b.md": "“a.md” is the same version of “x”."}


def test_a_prompt_keeps_its_type(some, refused):
    assert (
        "is of type “text”"
        in refused({"greet.md": "---\ntype: chat\n---\n=== user\nHi"})["greet.md"]
    )


def test_a_thousand_versions_are_exported_and_more_are_not(make, files, monkeypatch):
    monkeypatch.setattr("prompts.files.exporting.MOST_FILES", 2)
    make("a", labels=["x"])
    make("a")
    assert len(files()) == 2
    make("b/c")
    with pytest.raises(TooMany):
        files()
    assert list(files(folder="b")) == ["b/c.md"]


@pytest.mark.parametrize(
    ("bound", "most"), [("MOST_WEIGHT", 2_000), ("MAX_BYTES", 2_000), ("MAX_ZIP_BYTES", 1_400)]
)
def test_what_no_import_would_take_back_is_not_exported(make, project, monkeypatch, bound, most):
    monkeypatch.setattr(f"prompts.files.exporting.{bound}", most)
    for folder in "ab":
        text = "".join(random.Random(folder).choices(string.ascii_letters, k=1_000))
        make(f"{folder}/x", text)
    with pytest.raises(TooMany, match="a folder at a time"):
        exporting.zipped(exported(project.id))
    one = exported(project.id, folder="a")
    assert list(unpacked(exporting.zipped(one))) == ["a/x.md"]


def test_a_zip_holds_what_was_put_in_and_is_the_same_each_time(some, files):
    found = files()
    assert unpacked(packed(found.items())) == found
    assert packed(found.items()) == packed(found.items())


FILES = "/api/v1/prompt-files"


def test_the_api_gives_a_zip_and_takes_it_back(some, ask, client, auth, api_key, files):
    answer = ask("get", FILES)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert unpacked(answer.content) == files()
    given = {**files(), "new.md": "---\nlabels: [production]\n---\nHi\n"}
    del given["support/talk.md"]

    def post(query: str):
        return client.post(
            FILES + query, packed(given.items()), content_type="application/zip",
            headers=auth(api_key),
        )  # fmt: skip

    told = post("?dry_run=true").json()
    assert told["dry_run"] and told["only_here"] == ["support/talk"]
    assert {one["path"]: one["action"] for one in told["changes"]} == {
        "greet.md": "unchanged", "greet@1.md": "unchanged", "new.md": "created",
    }  # fmt: skip
    assert "new.md" not in files()
    told = post("").json()["changes"][-1]
    assert told["labels"] == [
        {
            "label": "production",
            "before": None,
            "after": 1,
            "kept": False,
            "checked_when_pushed": False,
        }
    ]
    assert "new.md" in files()


def test_the_api_names_the_files_that_are_refused(ask, client, auth, api_key, project):
    given = packed({"a.md": "---\nx: 1\n---\n", "b.md": "ok"}.items())
    answer = client.post(FILES, given, content_type="application/zip", headers=auth(api_key))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["parameter"] == "a.md"
    assert not project.prompts.exists()
    assert (
        client.post(FILES, b"x", content_type="text/plain", headers=auth(api_key)).status_code
        == 400
    )
    assert ask("get", FILES, {"folders": "a"}).status_code == 400


def test_files_need_the_scope_of_prompts(ask, make_api_key):
    key = make_api_key(scopes=("read", "ingest"))
    assert ask("get", FILES, key=key).status_code == 403
    assert ask("post", FILES, b"", key=key).status_code == 403
