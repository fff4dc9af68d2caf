"""The page of the playground: what it begins with, and how a column becomes a version."""

import json

import pytest

from prompts.models import Prompt, PromptVersion
from tests.prompts.played import SCHEMA, state_of, version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clickhouse_schema")]


def test_the_page_begins_with_versions_side_by_side(play, project, make_connection):
    make_connection(name="A", model_names=["m-1"])
    second = make_connection(name="B", model_names=["m-2"])
    tools = [{"name": "weather"}]
    config = {"model": "m-2", "temperature": 0.3, "maxTokens": 50, "tools": tools, "x": 1}
    version(project, "a/b", "One")
    version(project, "a/b", "Two", config=config)
    columns = state_of(play.page(name=["a/b", "a/b"], version=["2", "1"]))["columns"]
    assert [(one["text"], one["version"]) for one in columns] == [("Two", 2), ("One", 1)]
    two = columns[0]
    assert (two["connection"], two["model"]) == (second.pk, "m-2")
    assert (two["temperature"], two["max_tokens"], two["config"]["x"]) == ("0.3", "50", 1)
    assert json.loads(two["tools"]) == tools
    assert two["versions"] == [2, 1]
    assert columns[1]["model"] == "m-1"
    assert play.page(name="a/b", version="7").status_code == 404
    assert play.page(name="a\0b").status_code == 404
    found = play.page(name="a/b").wsgi_request  # the newest where no number is given
    assert found.GET.get("version") is None


def test_a_version_is_loaded_into_a_column(play, client, project, make_connection):
    make_connection()
    version(project, "greet", [{"role": "user", "content": "Hi </script>"}])
    url = play.url("playground-version")
    found = client.get(url, {"name": "greet"}).json()
    assert found["messages"] == [{"type": "chatmessage", "role": "user", "content": "Hi </script>"}]
    assert client.get(url, {"name": "greet", "version": "x"}).status_code == 404
    assert client.get(url, {"name": "gone"}).status_code == 404


def test_a_call_that_is_not_there_is_told_and_the_page_opens(play, make_connection):
    make_connection()
    page = play.page(trace="nowhere", span="x")
    assert page.status_code == 200 and "There is no such call" in page.content.decode()


def test_a_column_is_saved_as_the_next_version_with_its_settings(play, column, project, member):
    version(project, "greet", "Old", config={"temperature": 1, "other": [1]}, labels=["production"])
    answer = play.post(
        "save",
        column(
            name="greet",
            config={"temperature": 1, "other": [1]},
            commit=" warmer ",
            max_tokens="70",
            schema=SCHEMA,
            tools='[{"name": "weather"}]',
            text="New {{name}}",
        ),
    )
    assert answer.status_code == 201, answer.content
    assert "version 2" in answer.json()["told"]
    found = PromptVersion.objects.get(prompt__project=project, number=2)
    assert (found.body, found.author, found.message) == ("New {{name}}", member, "warmer")
    assert found.config["other"] == [1] and "temperature" not in found.config
    assert (found.config["model"], found.config["max_tokens"]) == ("gpt-4o-mini", 70)
    assert found.config["tools"][0]["function"]["name"] == "weather"
    assert found.config["response_format"]["json_schema"]["schema"] == json.loads(SCHEMA)
    assert list(found.labels.all()) == []
    again = answer.json()
    assert (again["version"], json.loads(again["schema"])) == (2, json.loads(SCHEMA))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "a//b"}, {"name": "chat-one"},
        {"commit": "a\0b"}, {"config": {"a": "\0"}}, {"name": 7},
        {"commit": "x" * 1001},
        {"text": "@@@langfusePrompt:name=gone|version=1@@@"},
        {"type": "chat", "messages": [{"role": "tool", "content": "1", "tool_call_id": "c"}]},
    ],
)  # fmt: skip
def test_what_cannot_be_saved_says_why_and_writes_nothing(play, column, project, wrong):
    version(project, "chat-one", [{"role": "user", "content": "x"}])
    answer = play.post("save", column(**{"name": "greet", **wrong}))
    assert answer.status_code == 400 and answer.json()["error"]
    assert Prompt.objects.filter(project=project).count() == 1
    assert PromptVersion.objects.filter(prompt__project=project).count() == 1
