"""Bodies that cannot be kept: a 400 that names what is wrong, and nothing half-written."""

import json
import threading
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from prompts.models import Prompt, ProtectedLabel
from tests.prompts.conftest import API

GOOD = {"name": "greet", "prompt": "Hi {{name}}"}


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def with_field(name: str, value: str) -> bytes:
    """The good body with JSON text as one more field, unread."""
    return raw(json.dumps(GOOD)[:-1] + f', "{name}": {value}}}')


@pytest.fixture
def refused(ask, project):
    """POSTs a body that must be a 400; returns what was told. Nothing is there afterwards."""

    def post(body) -> str:
        answer = ask("post", API, body)
        assert answer.status_code == 400, answer.content
        assert answer.json()["message"] == "Invalid request data"
        assert not Prompt.objects.filter(project=project).exists()
        return answer.json()["error"][0]["message"]

    return post


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "prompt must be given"),
        (b"{", "must be JSON"),
        (b"\xff\xfe{}", "must be JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "at most 300 digits"),
        (b'"' + b"x" * 1024 * 1024 + b'"', "more than 1,048,576 bytes"),
        (raw('{"name": "a", "prompt": "b", "name": "c"}'), "“name” stands twice"),
        (with_field("config", '{"a": {"b": 1, "b": 1}}'), "“b” stands twice"),
        (with_field("config", '{"a": ["\\u0000"]}'), "config.a[0] must not hold NULs"),
        (with_field("config", '{"\\ud800": 1}'), "A key of config must not hold"),
        (with_field("commitMessage", '"\\udc00"'), "commitMessage must not hold NULs or half"),
        (with_field("config", "[" * 60 + "]" * 60), "nested more than 50 deep"),
        (with_field("config", "1e400"), "inf"),
    ],
)
def test_json_that_cannot_be_kept_is_named(refused, body, told):
    assert told in refused(body)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": None}, "The name must have"),
        ({"name": 5}, "name must be a text"),
        ({"name": "a|b"}, "must not hold “|”"),
        ({"name": "a\nb"}, "control characters"),
        ({"name": "a\u202eb"}, "cannot be seen"),
        ({"name": "a\u200bb"}, "cannot be seen"),
        ({"name": "a//b"}, "folder"),
        ({"prompt": None}, "must be a text"),
        ({"prompt": []}, "must be a text"),
        ({"prompt": "a\0"}, "prompt must not hold NULs"),
        ({"prompt": "x" * 500_001}, "at most 500,000 characters"),
        ({"type": "chat"}, "must be a list"),
        ({"type": "chat", "prompt": [{"role": "user"}]}, "Message 1: “content”"),
        ({"type": "image"}, "“text” or “chat”"),
        ({"type": 5}, "type must be a text"),
        ({"labels": "production"}, "labels must be a list of texts"),
        ({"labels": [5]}, "labels must be a list of texts"),
        ({"labels": ["Not this"]}, "A label has 1 to 36"),
        ({"tags": {}}, "tags must be a list of texts"),
        ({"tags": ["\x07"]}, "control characters"),
        ({"commitMessage": "x" * 1001}, "at most 1000 characters"),
        ({"prompt": "@@@langfusePrompt:name=none|label=a@@@"}, "includes none (a)"),
        ({"prompt": "@@@langfusePrompt:name=greet|label=latest@@@"}, "greet → greet"),
        ({"prompt": "@@@langfusePrompt:none@@@"}, "is no reference"),
    ],
)
def test_a_field_that_cannot_be_kept_is_named(refused, changes, told):
    assert told in refused({**GOOD, **changes})


def test_a_body_without_a_prompt_says_so(refused):
    assert refused({"name": "greet"}) == "prompt must be given."


def test_a_body_of_a_megabyte_is_taken(ask):
    body = raw(json.dumps({**GOOD, "prompt": "x" * 400_000, "config": {"a": "y" * 400_000}}))
    assert ask("post", API, body + b" " * (1024 * 1024 - len(body))).status_code == 201


def test_a_prompt_of_the_other_type_is_refused(post, get):
    post(labels=["production"])
    status, told = post(type="chat", prompt=[{"role": "user", "content": "hi"}])
    assert status == 400 and "is of type “text”" in told["error"][0]["message"]
    assert get("greet", label="latest")[1]["version"] == 1


def test_a_protected_label_is_for_keys_of_admins(post, ask, make_api_key, project):
    ProtectedLabel.objects.create(project=project, name="production")
    status, told = post(labels=["production"])
    assert (status, told["error"]) == (403, "ForbiddenError")
    assert "“production” is protected" in told["message"]
    assert not project.prompts.exists()
    assert post()[0] == 201
    patch = partial(ask, "patch", f"{API}/greet/versions/1", {"newLabels": ["production"]})
    assert patch().status_code == 403
    admin = make_api_key(scopes=("prompts", "admin"))
    assert patch(admin).status_code == 200
    assert ask("delete", f"{API}/greet").status_code == 403
    assert ask("delete", f"{API}/greet", key=admin).status_code == 204


@pytest.mark.parametrize("path", ["greet\0", "greet%00", "a%FF", "a\n"])
def test_a_path_that_names_nothing_is_a_404(ask, db, path):
    assert ask("get", f"{API}/{path}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_versions_that_are_posted_at_once_are_all_there(api_key, auth, project):
    """Each thread has a connection of its own, as web processes have."""
    start, statuses = threading.Barrier(6), []

    def work() -> None:
        start.wait()
        answer = Client().post(
            API,
            json.dumps({**GOOD, "labels": ["production"]}),
            content_type="application/json",
            headers=auth(api_key),
        )
        statuses.append((answer.status_code, answer.json()["version"]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [(201, number) for number in range(1, 7)]
