import json

import pytest

WEATHER = {
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
OPENAI = {"type": "function", "function": WEATHER}


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.tool.definitions": json.dumps([OPENAI])},
        {"gen_ai.tool.definitions": [OPENAI]},
        {"gen_ai.tool.definitions": json.dumps([{"type": "function", **WEATHER}])},
        {"ai.prompt.tools": [json.dumps({"type": "function", **WEATHER})]},
        {"llm.tools.0.tool.json_schema": json.dumps(OPENAI)},
        {
            "llm.request.functions.0.name": "weather",
            "llm.request.functions.0.description": "Tells the weather.",
            "llm.request.functions.0.parameters": json.dumps(WEATHER["parameters"]),
        },
        {"mlflow.chat.tools": json.dumps([OPENAI])},
        {
            "model_request_parameters": json.dumps(
                {
                    "function_tools": [
                        {
                            "name": "weather",
                            "description": "Tells the weather.",
                            "parameters_json_schema": WEATHER["parameters"],
                        }
                    ]
                }
            )
        },
        {"input.value": json.dumps({"messages": [], "tools": [OPENAI]})},
        {"input.value": json.dumps({"config": {"tools": [{"functionDeclarations": [WEATHER]}]}})},
        {
            "input.value": json.dumps(
                {
                    "tools": [
                        {
                            "name": "weather",
                            "description": "Tells the weather.",
                            "input_schema": WEATHER["parameters"],
                        }
                    ]
                }
            )
        },
        {"input.value": json.dumps({"messages": [], "functions": [WEATHER]})},
    ],
)
def test_tool_definitions_in_every_form(mapped, attributes):
    span = mapped(attributes)
    assert json.loads(span.tool_definitions) == [WEATHER]
    assert "input.value" in attributes or span.attributes == {}


ARGUMENTS = {"city": "Seoul"}
AS_TEXT = json.dumps(ARGUMENTS)
OPENAI_CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": AS_TEXT},
}


@pytest.mark.parametrize(
    "output",
    [
        {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]},
        {"choices": [{"message": {"role": "assistant", "tool_calls": [OPENAI_CALL]}}]},
        [{"message": {"role": "assistant", "tool_calls": json.dumps([OPENAI_CALL])}}],
        [
            {
                "role": "assistant",
                "parts": [
                    {"type": "text", "content": "Let me see."},
                    {"type": "tool_call", "id": "c1", "name": "weather", "arguments": ARGUMENTS},
                ],
            }
        ],
        {"content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": ARGUMENTS}]},
        {
            "output": [
                {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": AS_TEXT}
            ]
        },
        [{"message": {"tool_calls": [{"tool_call": OPENAI_CALL}]}}],
        {"content": [{"toolRequest": {"ref": "c1", "name": "weather", "input": ARGUMENTS}}]},
        {"message": json.dumps({"role": "assistant", "tool_calls": [OPENAI_CALL]})},
    ],
)
def test_tool_calls_in_every_form(mapped, output):
    span = mapped({"output.value": json.dumps(output)})
    [call] = json.loads(span.tool_calls)
    assert call["name"] == "weather"
    assert json.loads(call["arguments"]) == ARGUMENTS
    assert call["id"] == "c1"
    assert span.tool_call_names == ["weather"]
    assert json.loads(span.output) == output  # nothing is taken out of it


def test_parts_of_a_gemini_answer(mapped):
    part = {"functionCall": {"name": "weather", "args": ARGUMENTS}}
    answer = {"candidates": [{"content": {"parts": [part, part]}}]}
    span = mapped({"output.value": json.dumps(answer)})
    assert span.tool_call_names == ["weather", "weather"]


@pytest.mark.parametrize(
    "output",
    [
        "call a tool_call now",
        '{"text": "the tool_calls were fine"}',
        '{"tool_calls": "none"}',
        '{"tool_calls": [1, null, {"function": {}}]}',
        "[" * 5000 + '"tool_call"' + "]" * 5000,
        '{"tool_calls": ',
    ],
)
def test_text_that_only_speaks_of_tools_has_no_calls(mapped, output):
    span = mapped({"output.value": output})
    assert (span.tool_calls, span.tool_call_names) == ("", [])


def test_definitions_that_come_with_the_details_of_a_call(mapped):
    details = {"gen_ai.tool.definitions": [OPENAI], "gen_ai.input.messages": "[]"}
    span = mapped(events=[("gen_ai.client.inference.operation.details", details)])
    assert json.loads(span.tool_definitions) == [WEATHER]


def test_a_tool_without_a_name_is_none(mapped):
    assert mapped({"gen_ai.tool.definitions": '[{"description": "?"}, 3]'}).tool_definitions == ""
