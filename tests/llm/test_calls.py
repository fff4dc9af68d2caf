"""Calling models: both protocols, streamed and whole, and every way in which it goes wrong."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from llm import calls
from llm.chat import (
    CallFailed,
    Failed,
    Finished,
    Kind,
    Message,
    Request,
    Text,
    Thought,
    Tool,
    ToolCall,
    Used,
)
from tests.llm.connected import KEY
from tests.llm.stand_in import (
    answers,
    never_ends,
    one_word_then_waits,
    refuses,
    says,
    says_nothing,
    streams,
)

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("protocol", ["openai", "anthropic"])
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


def asking(**options) -> Request:
    messages = [Message("system", "Be short."), Message("user", "안녕")]
    return Request(**{"model": "some-model", "messages": messages, **options})


def events(connection, request=None, **patience) -> list:
    return list(calls.stream(connection, request or asking(), calls.Patience(**patience)))


def failure(connection, request=None, **patience) -> Failed:
    last = events(connection, request, **patience)[-1]
    assert isinstance(last, Failed)
    return last


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


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "bad key", "code": "invalid_api_key"}, Kind.KEY),
        (403, {"message": "not allowed"}, Kind.FORBIDDEN),
        (404, {"message": "no model", "code": "model_not_found"}, Kind.NOT_FOUND),
        (404, "<html>nginx</html>", Kind.NOT_FOUND),
        (429, {"message": "slow down"}, Kind.RATE_LIMIT),
        (429, {"message": "pay", "code": "insufficient_quota"}, Kind.QUOTA),
        (400, {"message": "filtered", "code": "content_filter"}, Kind.CONTENT_FILTER),
        (400, {"message": "wrong temperature"}, Kind.REFUSED),
        (529, {"type": "overloaded_error", "message": "Overloaded"}, Kind.OVERLOADED),
        (503, "<html>", Kind.OVERLOADED),
        (500, {"message": "oops"}, Kind.PROVIDER),
        (504, "<html>", Kind.TIMEOUT),
        (302, "", Kind.MALFORMED),
    ],
)
def test_a_refusal_is_told_by_what_one_would_do_about_it(
    make_connection, provider, status, error, kind
):
    provider.will(refuses(status, error))
    found = failure(make_connection())
    assert (found.kind, found.status) == (kind, status)
    assert "html" not in found.said
    with pytest.raises(CallFailed) as raised:
        calls.complete(make_connection(name="Second"), asking())
    assert raised.value.failure.kind is kind


def test_a_rate_limit_says_how_long_to_wait(make_connection, provider):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    provider.will(
        refuses(429, retry_after="7"),
        refuses(429, retry_after=later),
        refuses(429, retry_after="x"),
    )
    connection = make_connection()
    assert failure(connection).retry_after == 7
    assert 80 < failure(connection).retry_after <= 90
    assert failure(connection).retry_after is None


@BOTH
def test_an_error_in_the_middle_keeps_what_came_before(make_connection, provider, protocol):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    begun = {
        "openai": {"choices": [{"delta": {"content": "Hal"}}]},
        "anthropic": {"type": "content_block_delta", "index": 0, "delta": {"text": "Hal"}},
    }[protocol]
    provider.will(streams(begun, error))
    found = events(make_connection(protocol=protocol))
    assert found == [Text("Hal"), Failed(Kind.OVERLOADED, "Overloaded")]


@BOTH
def test_a_stream_that_is_cut_is_no_answer(make_connection, provider, protocol):
    provider.will(streams())
    assert failure(make_connection(protocol=protocol)).kind is Kind.MALFORMED


@pytest.mark.parametrize(
    "script",
    [
        says("<html>hello</html>", "text/html"),
        says("[1, 2]"),
        says('{"choices": "none"}'),
        says("{" * 50_000),
        streams("{not json"),
        streams({"choices": [None, 7]}, {"choices": [{"delta": {"tool_calls": [7]}}]}),
    ],
)
def test_what_is_no_answer_of_the_protocol_is_malformed(make_connection, provider, script):
    provider.will(script)
    assert failure(make_connection()).kind is Kind.MALFORMED
    provider.will(script)
    assert failure(make_connection(name="A", protocol="anthropic")).kind is Kind.MALFORMED


def test_an_answer_without_end_is_cut_off(make_connection, provider):
    provider.will(never_ends)
    assert failure(make_connection()).kind is Kind.TOO_LARGE


def test_a_provider_that_says_nothing_is_left_in_time(make_connection, provider):
    provider.will(says_nothing)
    assert failure(make_connection(), idle_seconds=0.3).kind is Kind.TIMEOUT


def test_an_answer_that_drips_is_left_at_the_end_of_all_patience(make_connection, provider):
    provider.will(one_word_then_waits)
    found = events(make_connection(), seconds=0.5)
    assert found[0] == Text("Once")
    assert found[-1].kind is Kind.TIMEOUT


def test_closing_the_stream_hangs_up(make_connection, provider):
    provider.will(one_word_then_waits)
    stream = calls.stream(make_connection(), asking())
    assert next(stream) == Text("Once")
    stream.close()
    assert provider.hung_up.wait(10)


@pytest.mark.parametrize("script", [one_word_then_waits, says_nothing])
def test_a_call_that_waits_can_be_stopped_from_elsewhere(make_connection, provider, script):
    provider.will(script)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    assert failure(make_connection(), stop=stop).kind is Kind.STOPPED
    if script is one_word_then_waits:
        assert provider.hung_up.wait(10)


def test_where_nobody_listens_it_is_unreachable(make_connection):
    from embedded.probe import free_port

    connection = make_connection(base_url=f"http://127.0.0.1:{free_port('127.0.0.1')}/v1")
    assert failure(connection).kind is Kind.UNREACHABLE


def test_a_private_address_is_asked_only_where_the_operator_opened_it(
    make_connection, provider, settings
):
    connection = make_connection()
    settings.OUTBOUND_ALLOWED_NETWORKS_OF = {"llm": [], "webhook": ["127.0.0.1/32"]}
    assert failure(connection).kind is Kind.ADDRESS
    assert provider.asked == []


def test_a_key_that_no_longer_opens_is_told_and_nobody_is_asked(
    make_connection, provider, settings
):
    connection = make_connection()
    settings.ENCRYPTION_KEYS = [base64.b64encode(b"k" * 32).decode()]
    found = failure(connection)
    assert found.kind is Kind.SEALED and "SONDE_ENCRYPTION_KEYS" in found.said
    assert provider.asked == []


def test_no_part_of_a_key_is_told_where_words_are_cut(make_connection, provider):
    connection = make_connection()
    words = f"{'x' * 490} {KEY} and more"
    provider.will(refuses(401, {"message": words}))
    assert failure(connection).said == f"{'x' * 490} … and mor…"
    provider.will(streams({"error": {"message": words}}))
    assert failure(connection).said == f"{'x' * 490} … and mor…"


def test_a_key_that_the_provider_repeats_is_not_told(make_connection, provider):
    provider.will(refuses(401, {"message": f"Incorrect API key: {KEY}."}))
    connection = make_connection(headers={"X-Auth": "Bearer header-secret"})
    assert failure(connection).said == "Incorrect API key: …."
    said = f"No {KEY}, header-secret"
    provider.will(streams({"choices": [{"delta": {"content": "a"}}]}, {"error": {"message": said}}))
    assert failure(connection).said == "No …, …"
