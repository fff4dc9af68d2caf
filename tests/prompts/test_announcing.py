"""What webhooks are told when prompts change, and that they are told nothing else."""

import json

import pytest
from django.urls import reverse

from prompts import labels, versions
from prompts.changes import By
from prompts.models import Way
from webhooks.models import Endpoint, Message


@pytest.fixture
def told(project):
    """`told()`: event and data of every message so far, in order."""
    Endpoint.objects.create(project=project, url="https://hooks.example/", secret="sealed")

    def messages() -> list[tuple[str, dict]]:
        found = [json.loads(one.body) for one in Message.objects.order_by("at")]
        return [(one["type"], one["data"]) for one in found]

    return messages


def test_a_new_version_and_the_labels_it_gets_are_told(told, make, project):
    make("agents/인사", "secret text {{name}}", labels=["production"], message="Kinder")
    [(first, made), (second, moved)] = told()
    assert (first, second) == ("prompt.version.created", "prompt.label.moved")
    assert made["project"] == {"id": project.id, "name": project.name}
    assert made["prompt"]["name"] == "agents/인사" and made["prompt"]["type"] == "text"
    assert made["prompt"]["url"].startswith("http") and made["prompt"]["url"].endswith("?version=1")
    assert (made["version"], made["labels"], made["message"]) == (1, ["production"], "Kinder")
    assert made["author"] == {"email": None, "public_key": "pk-test", "via": "api"}
    assert (moved["label"], moved["from_version"], moved["to_version"]) == ("production", None, 1)
    assert "secret text" not in json.dumps(told())


def test_the_page_that_is_named_is_the_versions_own(told, make, client, owner):
    make("agents/인사 & co?")
    [(_, made)] = told()
    client.force_login(owner)
    page = client.get(made["prompt"]["url"])
    assert page.status_code == 200 and "인사" in page.content.decode()


def test_a_move_tells_from_where_to_where_and_by_whom(told, make, owner):
    make(labels=["production"])
    version = make()
    by = By(Way.PAGE, user=owner)
    labels.move(version.prompt, "production", version, by, note="better")
    labels.move(version.prompt, "production", version, by)  # it is there already
    labels.move(version.prompt, "production", None, by)
    moves = [data for event, data in told() if event == "prompt.label.moved"]
    assert [(one["from_version"], one["to_version"]) for one in moves] == [
        (None, 1), (1, 2), (2, None),
    ]  # fmt: skip
    assert moves[1]["note"] == "better"
    assert moves[1]["author"] == {"email": owner.email, "public_key": None, "via": "page"}


def test_tags_are_told_when_they_change_and_only_then(told, make, by):
    version = make(tags=["a"])
    make(tags=["a"])
    versions.set_tags(version.prompt, ["b", "a"], by)
    versions.set_tags(version.prompt, ["a", "b"], by)
    changes = [data for event, data in told() if event == "prompt.tags.changed"]
    assert [(one["tags_before"], one["tags"]) for one in changes] == [
        ([], ["a"]), (["a"], ["a", "b"]),
    ]  # fmt: skip


def test_a_deleted_version_is_told_with_the_labels_that_went_with_it(told, make, project, by):
    make()
    second = make(labels=["staging"])
    versions.remove(project, [second], by)
    (first, moved), (second, data) = told()[-2:]
    assert (first, second) == ("prompt.label.moved", "prompt.version.deleted")
    assert (moved["label"], moved["from_version"], moved["to_version"]) == ("staging", 2, None)
    assert moved["prompt"]["url"].endswith("/greet")
    assert (data["version"], data["labels"]) == (2, ["staging"])


def test_a_deleted_prompt_is_told_once(told, make, project, by):
    both = [make(), make()]
    versions.remove(project, both, by)
    event, data = told()[-1]
    assert event == "prompt.deleted"
    assert data["versions"] == [1, 2] and "url" not in data["prompt"]
    assert "prompt.version.deleted" not in [event for event, _ in told()]


def test_the_labels_of_a_deleted_prompt_are_told_to_be_gone(told, make, project, by):
    versions.remove(project, [make(labels=["production", "staging"])], by)
    moves = [data for event, data in told()[-3:] if event == "prompt.label.moved"]
    assert sorted((one["label"], one["from_version"], one["to_version"]) for one in moves) == [
        ("production", 1, None), ("staging", 1, None),
    ]  # fmt: skip
    assert not [one for one in moves if "url" in one["prompt"]]


def test_what_was_refused_is_not_told(told, make, project):
    with pytest.raises(ValueError, match="there is none"):
        make("broken", "@@@langfusePrompt:name=missing|label=production@@@")
    assert told() == []


def test_whoever_deletes_or_tags_by_a_page_or_with_a_key_is_told(
    told, make, client, member, project, ask, api_key
):
    make(), make()
    client.force_login(member)
    about = {"name": "greet"}
    client.post(reverse("prompt-tags", args=[project.id]), about | {"add": "vip"})
    client.post(reverse("prompt-delete", args=[project.id]), about | {"version": "2"})
    ask("delete", "/api/public/v2/prompts/greet")
    authors = [(event, data["author"]) for event, data in told()][2:]
    page = {"email": member.email, "public_key": None, "via": "page"}
    assert authors == [
        ("prompt.tags.changed", page),
        ("prompt.version.deleted", page),
        ("prompt.deleted", {"email": None, "public_key": api_key.public_key, "via": "api"}),
    ]
