import json

import pytest

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("asked", "answered", "scope"),
    [
        ("langfuse.observation.input", "langfuse.observation.output", ""),
        ("ai.prompt.messages", "ai.response.text", "ai"),
        ("ai.prompt", "ai.result.text", "ai"),
        ("ai.toolCall.args", "ai.toolCall.result", "ai"),
        ("ai.prompt.messages", "ai.response.object", "ai"),
        ("ai.prompt.messages", "ai.response.toolCalls", "ai"),
        ("gen_ai.input.messages", "gen_ai.output.messages", "ai"),
        ("flue.turn.input", "flue.turn.output", "@flue/opentelemetry"),
        ("flue.workflow.payload", "flue.workflow.result", "@flue/opentelemetry"),
        ("gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response", ""),
        ("gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response", ""),
        ("prompt", "all_messages_events", ""),
        ("lk.input_text", "lk.response.text", ""),
        ("lk.user_transcript", "lk.function_tool.output", ""),
        ("lk.pii.chat_ctx", "lk.pii.response.text", ""),
        ("mlflow.spanInputs", "mlflow.spanOutputs", ""),
        ("traceloop.entity.input", "traceloop.entity.output", ""),
        ("input.value", "output.value", ""),
        ("input", "output", ""),
        ("pydantic_ai.all_messages", "final_result", "pydantic-ai"),
        ("tool_arguments", "tool_response", ""),
        ("gen_ai.prompt", "gen_ai.completion", ""),
        ("gen_ai.input.messages", "gen_ai.output.messages", ""),
        ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result", ""),
        ("braintrust.input_json", "braintrust.output_json", ""),
        ("langwatch.input", "langwatch.output", ""),
    ],
)
def test_input_and_output_under_every_convention(mapped, asked, answered, scope):
    said = {asked: '{"foo": "bar"}', answered: "an answer", "app.step": "1"}
    span = mapped(said, scope=scope)
    assert (span.input, span.output) == ('{"foo": "bar"}', "an answer")
    assert span.attributes == {"app.step": "1"}


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ("langfuse.observation.input", "gen_ai.input.messages"),
        ("gcp.vertex.agent.llm_request", "input.value"),
        ("mlflow.spanInputs", "traceloop.entity.input"),
        ("traceloop.entity.input", "input.value"),
        ("input.value", "input"),
        ("input", "tool_arguments"),
        ("tool_arguments", "gen_ai.prompt.0.content"),
        ("gen_ai.prompt", "llm.input_messages.0.message.content"),
        ("llm.input_messages", "gen_ai.input.messages"),
        ("gen_ai.input.messages", "gen_ai.tool.call.arguments"),
    ],
)
def test_the_first_source_in_order_wins_and_the_rest_is_not_kept_twice(mapped, winner, loser):
    span = mapped([(loser, "loser"), (winner, "winner")])
    assert span.input == "winner"
    assert span.attributes == {}


def test_the_side_that_no_source_won_stays_an_attribute(mapped):
    span = mapped({"mlflow.spanInputs": "asked", "traceloop.entity.output": "answered"})
    assert (span.input, span.output) == ("asked", "")
    assert span.attributes == {"traceloop.entity.output": "answered"}


@pytest.mark.parametrize("key", ["ai.prompt", "genkit:input", "flue.turn.input", "final_result"])
def test_some_sources_speak_only_of_their_own_instrumentation(mapped, key):
    span = mapped({key: "said"}, scope="another")
    assert (span.input, span.output) == ("", "")
    assert span.attributes == {key: "said"}


def test_what_was_said_of_the_trace_itself(mapped):
    span = mapped(
        {
            "langfuse.trace.input": '{"query": "hello"}',
            "langfuse.trace.output": '{"response": "hi"}',
            "langfuse.observation.input": "of the span",
        }
    )
    assert (span.trace_input, span.trace_output) == ('{"query": "hello"}', '{"response": "hi"}')
    assert span.input == "of the span"
    assert span.attributes == {}


def test_genkit_wraps_messages(mapped):
    said = {
        "genkit:input": json.dumps({"messages": HELLO, "config": {}}),
        "genkit:output": json.dumps({"message": {"role": "model"}, "usage": {}}),
    }
    span = mapped(said, scope="genkit-tracer")
    assert json.loads(span.input) == HELLO
    assert json.loads(span.output) == {"role": "model"}
    span = mapped({"genkit:input": '{"dish":"soup"}'}, scope="genkit-tracer")
    assert json.loads(span.input) == {"dish": "soup"}


def test_the_ai_sdk_answers_with_text_and_tool_calls(mapped):
    calls = [{"toolCallId": "1", "toolName": "weather", "args": {"city": "Seoul"}}]
    said = {"ai.response.text": "Let me see.", "ai.response.toolCalls": json.dumps(calls)}
    span = mapped(said, scope="ai")
    assert json.loads(span.output) == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": calls,
    }
    assert span.tool_call_names == ["weather"]


def test_googles_adk_sends_empty_objects_beside_a_tools_content(mapped):
    span = mapped(
        {
            "gcp.vertex.agent.llm_request": "{}",
            "gcp.vertex.agent.llm_response": "{}",
            "gcp.vertex.agent.tool_call_args": '{"query": "much duplo"}',
            "gcp.vertex.agent.tool_response": '{"result": "cake"}',
        }
    )
    assert (span.input, span.output) == ('{"query": "much duplo"}', '{"result": "cake"}')


def test_a_turn_of_livekit(mapped):
    said = {"lk.pii.instructions": "Be brief.", "lk.pii.user_input": "Hi"}
    assert json.loads(mapped(said).input) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
    ]
    assert mapped({"lk.user_input": "Hi"}).input == "Hi"
    said = {"lk.pii.response.text": "", "lk.pii.response.function_calls": '[{"name":"f"}]'}
    assert mapped(said).output == '[{"name":"f"}]'
    assert mapped({"lk.pii.response.function_calls": "[]"}).output == ""


def test_a_list_of_events_from_logfire(mapped):
    events = [
        {"event.name": "gen_ai.user.message", "content": "Hi", "role": "user"},
        {"event.name": "gen_ai.choice", "message": {"role": "assistant", "content": "Hello"}},
    ]
    span = mapped({"events": json.dumps(events)})
    assert json.loads(span.input) == events[:1]
    assert json.loads(span.output) == events[1]
    assert mapped({"events": "no json"}).input == ""


@pytest.mark.parametrize(
    ("attributes", "field", "expected"),
    [
        ({"gen_ai.prompt.0.content": "a"}, "input", [{"content": "a"}]),
        ({"gen_ai.completion.0.content": "a"}, "output", [{"content": "a"}]),
        ({"gen_ai.completion.content": "a"}, "output", {"content": "a"}),
        (
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "a",
                "gen_ai.prompt.1.role": "assistant",
                "gen_ai.prompt.1.tool_calls.0.name": "f",
                "gen_ai.prompt.1.tool_calls.0.arguments": "{}",
            },
            "input",
            [
                {"role": "user", "content": "a"},
                {"role": "assistant", "tool_calls": [{"name": "f", "arguments": "{}"}]},
            ],
        ),
        (
            {"llm.input_messages.0.message.content": "a", "llm.input_messages.0.message.role": "u"},
            "input",
            [{"message": {"content": "a", "role": "u"}}],
        ),
        (
            {"llm.output_messages.0.message.content": "a"},
            "output",
            [{"message": {"content": "a"}}],
        ),
        (
            {"gen_ai.prompt.10.content": "b", "gen_ai.prompt.9.content": "a"},
            "input",
            [{"content": "a"}, {"content": "b"}],
        ),
        (
            {"gen_ai.prompt.999999999999.content": "far", "gen_ai.prompt.0.content": "near"},
            "input",
            [{"content": "near"}, {"content": "far"}],
        ),
        ({"gen_ai.prompt.0.__proto__.x": "a"}, "input", [{"__proto__": {"x": "a"}}]),
        (
            {"gen_ai.prompt.0.a": "text", "gen_ai.prompt.0.a.b": "contradicts"},
            "input",
            [{"a": "text"}],
        ),
    ],
)
def test_chats_spelt_out_in_attribute_names(mapped, attributes, field, expected):
    span = mapped(attributes)
    assert json.loads(getattr(span, field)) == expected
    assert span.attributes == {}


def test_messages_as_structured_attributes(mapped):
    chat = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    assert json.loads(mapped({"gen_ai.input.messages": chat}).input) == chat


TEXT_PARTS = [{"type": "text", "content": "Be brief."}, {"type": "text", "content": "Be right."}]
STRUCTURED = [{"role": "system", "parts": [{"type": "function", "name": "f"}]}]


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        (json.dumps(TEXT_PARTS), [{"role": "system", "content": "Be brief.\nBe right."}]),
        (json.dumps(STRUCTURED), STRUCTURED),
        (json.dumps([{"parts": []}]), [{"role": "system", "parts": []}]),
        (
            json.dumps([TEXT_PARTS[0], {"role": "system", "parts": [TEXT_PARTS[1]]}]),
            [{"role": "system", "content": "Be brief.\nBe right."}],
        ),
        (json.dumps("Be kind."), [{"role": "system", "content": "Be kind."}]),
        ("Be kind.", [{"role": "system", "content": "Be kind."}]),
        ("[]", []),
        ("[42, true, null]", []),
        ("", []),
        (TEXT_PARTS, [{"role": "system", "content": "Be brief.\nBe right."}]),
    ],
)
@pytest.mark.parametrize(
    ("key", "scope"),
    [("gen_ai.input.messages", ""), ("pydantic_ai.all_messages", "pydantic-ai")],
)
def test_the_systems_instructions_come_first(mapped, instructions, expected, key, scope):
    said = {key: json.dumps(HELLO), "gen_ai.system_instructions": instructions}
    assert json.loads(mapped(said, scope=scope).input) == expected + HELLO


def test_a_chat_with_a_system_message_gets_no_other(mapped):
    chat = json.dumps([{"role": "system", "content": "Mine."}, *HELLO])
    said = {"gen_ai.input.messages": chat, "gen_ai.system_instructions": '"Be kind."'}
    assert mapped(said).input == chat


def test_korean_that_was_escaped_is_found_by_search(mapped):
    chat = [{"role": "user", "content": "환불해 주세요 😀"}]
    escaped = json.dumps(chat)
    assert "\\u" in escaped
    span = mapped({"gen_ai.input.messages": escaped})
    assert "환불해 주세요 😀" in span.input
    assert json.loads(span.input) == chat


@pytest.mark.parametrize(
    "sent",
    [
        '{"a": 1.0, "b": 1e5, "c": 123456789012345678901234567890, "d": "\\u00e9"}',
        '{"quote": "\\u0022 \\u005c \\n \\u000a \\\\u00e9"}',
    ],
)
def test_only_escapes_change_in_json(mapped, sent):
    found = mapped({"input.value": sent}).input
    assert json.loads(found) == json.loads(sent)
    assert found == sent.replace("\\u00e9", "é", 1 if '"d"' in sent else 0)


@pytest.mark.parametrize("sent", ["C:\\users\\uabcd", "[not json \\u00e9", '"open \\u00e9'])
def test_text_that_only_looks_like_json_is_kept_as_it_is(mapped, sent):
    assert mapped({"input.value": sent}).input == sent


def test_escapes_of_what_cannot_be_stored_are_replaced_and_marked(mapped):
    span = mapped({"input.value": '["\\ud800", "\\u0000"]'})
    assert span.input == '["\ufffd", "\ufffd"]'
    assert span.marks == ["text_replaced"]
