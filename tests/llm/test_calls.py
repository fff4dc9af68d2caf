"""Calling models: what is asked by either protocol, streamed and whole, and how it is read."""

import json

import pytest

from llm import calls
from llm.chat import Finished, Message, Text, Thought, Tool, ToolCall, Used
from tests.llm.asking import BOTH, asking, events
from tests.llm.connected import KEY
from tests.llm.stand_in import answers, refuses, says

pytestmark = pytest.mark.django_db
USAGE = {
    "openai": {
        "input": 30,
        "input_cached_tokens": 12,
        "output": 12,
        "output_reasoning_tokens": 5,
    },
    "anthropic": {"input": 30, "input_cached_tokens": 12, "output": 17},
}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("weather", "Tells the weather.", {"type": "object", "properties": {}})


@BOTH
def test_an_answer_comes_piece_by_piece_with_its_usage(make_connection, provider, protocol):
    provider.will(answers("Annyeong", " 하세요", thought="They greet."))
    found = events(make_connection(protocol=protocol))
    assert [one.text for one in found if isinstance(one, Text)] == ["Annyeong", " 하세요"]
    assert [one.text for one in found if isinstance(one, Thought)] == ["They greet."]
    assert [one.usage for one in found if isinstance(one, Used)] == [USAGE[protocol]]
    assert isinstance(found[-1], Finished)
    assert (found[-1].reason, found[-1].model.split("-")[0]) in (
        ("stop", "gpt"),
        ("stop", "claude"),
    )


@BOTH
def test_a_whole_answer_says_the_same_as_a_streamed_one(make_connection, provider, protocol):
    provider.will(answers("Yes.", calls=(("weather", '{"city": "서울"}'),)))
    answer = calls.complete(make_connection(protocol=protocol), asking(tools=[WEATHER]))
    assert answer.text == "Yes."
    assert [(one.name, json.loads(one.arguments)) for one in answer.tool_calls] == [
        ("weather", {"city": "서울"})
    ]
    assert answer.usage == USAGE[protocol]
    assert answer.reason == "tool_calls"
    assert provider.asked[0].body["stream"] is False


@BOTH
def test_a_tool_call_that_comes_in_pieces_is_one_call(make_connection, provider, protocol):
    made = (("weather", '{"city": "Busan"}'), ("weather", '{"city": "Jeju"}'))
    provider.will(answers(calls=made))
    found = events(make_connection(protocol=protocol), asking(tools=[WEATHER]))
    called = [(one.name, one.arguments) for one in found if isinstance(one, ToolCall)]
    assert called == list(made)
    assert found[-1].reason == "tool_calls"


def test_openai_is_asked_as_its_api_says(make_connection, provider):
    request = asking(
        temperature=0.2,
        max_tokens=50,
        stop=["END"],
        tools=[WEATHER],
        schema=SCHEMA,
        extra={"seed": 7, "stream": False, "model": "another"},
    )
    events(make_connection(parameters={"top_p": 0.9, "temperature": 1}), request)
    asked = provider.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "안녕"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.2,
        "top_p": 0.9,
        "max_tokens": 50,
        "stop": ["END"],
        "seed": 7,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "weather",
                    "description": "Tells the weather.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA},
        },
    }


def test_anthropic_is_asked_as_its_api_says(make_connection, provider):
    call = ToolCall("c1", "weather", '{"city": "Busan"}')
    history = [
        Message("system", "Be short."),
        Message("user", "Weather?"),
        Message("assistant", "", (call,)),
        Message("tool", "Rain", tool_call_id="c1"),
        Message("user", "And tomorrow?"),
    ]
    request = asking(messages=history, tools=[WEATHER], stop=["END"], max_tokens=9)
    events(make_connection(protocol="anthropic"), request)
    asked = provider.asked[0]
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == KEY
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.body["system"] == "Be short."
    assert [turn["role"] for turn in asked.body["messages"]] == ["user", "assistant", "user"]
    assert [block["type"] for block in asked.body["messages"][2]["content"]] == [
        "tool_result",
        "text",
    ]
    used = asked.body["messages"][1]["content"][0]
    assert (used["type"], used["input"]) == ("tool_use", {"city": "Busan"})
    assert (asked.body["max_tokens"], asked.body["stop_sequences"]) == (9, ["END"])
    assert asked.body["tools"][0]["input_schema"] == {"type": "object", "properties": {}}


def test_anthropic_answers_in_a_schema_through_a_tool_that_reads_as_text(make_connection, provider):
    provider.will(answers(calls=(("answer_in_json", '{"city": "Seoul"}'),)))
    connection = make_connection(protocol="anthropic")
    found = events(connection, asking(schema=SCHEMA))
    assert "".join(one.text for one in found if isinstance(one, Text)) == '{"city": "Seoul"}'
    assert not [one for one in found if isinstance(one, ToolCall)]
    assert found[-1].reason == "stop"
    whole = calls.complete(connection, asking(schema=SCHEMA))
    assert (json.loads(whole.text), whole.tool_calls, whole.reason) == (
        {"city": "Seoul"},
        [],
        "stop",
    )
    assert provider.asked[0].body["tool_choice"] == {"type": "tool", "name": "answer_in_json"}


def test_azure_is_asked_at_its_deployment_with_its_version_and_header(make_connection, provider):
    connection = make_connection(
        protocol="azure", base_url=provider.url, api_version="2025-01-01-preview"
    )
    events(connection, asking(model="my deployment"))
    for base in ("/openai", "/openai/deployments", "/openai/v1"):
        connection.base_url = provider.url + base
        events(connection, asking(model="my deployment", max_tokens=5))
    version = "?api-version=2025-01-01-preview"
    deployment = f"/openai/deployments/my%20deployment/chat/completions{version}"
    assert [one.path for one in provider.asked] == [deployment] * 3 + [
        "/openai/v1/chat/completions"
    ]
    assert all(one.headers["api-key"] == KEY for one in provider.asked)
    assert all("authorization" not in one.headers for one in provider.asked)
    assert provider.asked[1].body["max_completion_tokens"] == 5


def test_extra_headers_go_along_and_a_connection_may_have_no_key(make_connection, provider):
    events(make_connection(key="", headers={"X-Team": "support"}))
    assert provider.asked[0].headers["x-team"] == "support"
    assert "authorization" not in provider.asked[0].headers


def test_a_server_that_does_not_stream_is_read_as_it_answers(make_connection, provider):
    whole = {"choices": [{"message": {"content": "All at once"}, "finish_reason": "stop"}]}
    provider.will(says(json.dumps(whole)))
    found = events(make_connection())
    assert found == [Text("All at once"), Finished("stop", "")]


def test_a_server_that_tells_no_usage_leaves_it_unknown(make_connection, provider):
    provider.will(answers("Hi", usage=False))
    connection = make_connection()
    assert not [one for one in events(connection) if isinstance(one, Used)]
    assert calls.complete(connection, asking()).usage == {}


@pytest.mark.parametrize(
    ("said", "gone", "come"),
    [
        (
            "Unsupported: 'max_tokens'. Use 'max_completion_tokens'.",
            "max_tokens",
            "max_completion_tokens",
        ),
        ("unknown field stream_options", "stream_options", None),
    ],
)
def test_what_servers_differ_in_is_asked_again_their_way(
    make_connection, provider, said, gone, come
):
    provider.will(refuses(400, {"message": said}), answers("Well."))
    found = events(make_connection(), asking(max_tokens=5))
    assert Text("Well.") in found
    first, second = (one.body for one in provider.asked)
    assert gone in first and gone not in second
    assert come is None or second[come] == 5
