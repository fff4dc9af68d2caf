import json
from datetime import datetime

import pytest


@pytest.mark.parametrize(
    "key",
    [
        "langfuse.observation.model.name",
        "gen_ai.response.model",
        "ai.model.id",
        "gen_ai.request.model",
        "llm.response.model",
        "llm.model_name",
        "model",
        "embedding.model_name",
    ],
)
def test_the_model(mapped, key):
    assert mapped({key: "gpt-4"}).model == "gpt-4"


def test_the_model_that_answered_wins_and_the_one_asked_for_stays(mapped):
    span = mapped({"gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2024-08-06"})
    assert span.model == "gpt-4o-2024-08-06"
    assert span.attributes["gen_ai.request.model"] == "gpt-4o"
    assert mapped({"gen_ai.request.model": "m", "gen_ai.response.model": "m"}).attributes == {}


def test_the_name_of_a_genkit_model_span_is_its_model(mapped):
    said = {"genkit:name": "googleai/gemini-2.5-flash"}
    assert mapped({**said, "genkit:metadata:subtype": "model"}).model == said["genkit:name"]
    assert mapped({**said, "genkit:metadata:subtype": "flow"}).model == ""


@pytest.mark.parametrize("key", ["gen_ai.provider.name", "gen_ai.system", "llm.provider"])
def test_the_provider(mapped, key):
    assert mapped({key: "OpenAI"}).provider == "openai"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"gen_ai.request.temperature": 0.5}, {"temperature": "0.5"}),
        ({"gen_ai.request.max_tokens": 100}, {"max_tokens": "100"}),
        ({"gen_ai.request.stop_sequences": ["a"]}, {"stop_sequences": '["a"]'}),
        ({"gen_ai.request.model": "m"}, {}),
        ({"gen_ai.request.seed": ""}, {}),
        ({"model_config": '{"max_tokens": 4096}'}, {"max_tokens": "4096"}),
        ({"llm.invocation_parameters": '{"max_tokens": 4096}'}, {"max_tokens": "4096"}),
        (
            {
                "llm.invocation_parameters.temperature": 0.1,
                "llm.invocation_parameters.max_tokens": 6000,
                "llm.invocation_parameters.service_tier": "priority",
            },
            {"temperature": "0.1", "max_tokens": "6000", "service_tier": "priority"},
        ),
        (
            {"langfuse.observation.model.parameters": '{"temperature": 1, "stop": ["x"]}'},
            {"temperature": "1", "stop": '["x"]'},
        ),
        ({"langfuse.observation.model.parameters": "no json"}, {}),
    ],
)
def test_the_settings_of_a_call(mapped, attributes, expected):
    assert mapped(attributes).model_parameters == expected


def test_an_object_of_settings_wins_and_single_ones_fill_what_it_lacks(mapped):
    span = mapped(
        {
            "llm.invocation_parameters": '{"temperature": 1}',
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.top_p": 0.9,
        }
    )
    assert span.model_parameters == {"temperature": "1", "top_p": "0.9"}


def test_the_settings_of_the_ai_sdk(mapped):
    span = mapped(
        {
            "ai.settings.maxRetries": 2,
            "ai.prompt.toolChoice": '{"type":"auto"}',
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.request.max_tokens": 100,
            "gen_ai.request.service_tier": "default",
            "ai.response.providerMetadata": json.dumps({"openai": {"serviceTier": "priority"}}),
            "langfuse.observation.model.parameters": '{"temperature": 0.5}',
        },
        scope="ai",
    )
    assert span.model_parameters == {
        "maxRetries": "2",
        "toolChoice": '{"type":"auto"}',
        "finishReason": '["stop"]',
        "maxTokens": "100",
        "service_tier": "priority",
        "temperature": "0.5",
    }


def test_the_settings_of_genkit_and_claude_code(mapped):
    asked = json.dumps({"messages": [], "config": {"temperature": 0.3}})
    span = mapped({"genkit:input": asked}, scope="genkit-tracer")
    assert span.model_parameters == {"temperature": "0.3"}
    span = mapped({"speed": "fast", "model": "m"}, scope="com.anthropic.claude_code.tracing")
    assert span.model_parameters == {"speed": "fast"}


@pytest.mark.parametrize(
    "prefix", ["langfuse.observation.prompt", "langfuse.prompt", "gen_ai.prompt"]
)
def test_only_a_generation_is_linked_to_its_prompt(mapped, prefix):
    said = {f"{prefix}.name": "greet", f"{prefix}.version": 3}
    span = mapped({**said, "langfuse.observation.type": "generation"})
    assert (span.prompt_name, span.prompt_version) == ("greet", 3)
    span = mapped({**said, "langfuse.observation.type": "tool"})
    assert (span.prompt_name, span.prompt_version) == ("", None)
    assert span.attributes[f"{prefix}.name"] == "greet"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (3, 3), ("3", 3), (" 3 ", 3),
        ("v3", None), (3.5, None), (True, None), (-1, None), ("٣", None),
    ],
)  # fmt: skip
def test_a_prompt_version_is_a_whole_number(mapped, version, expected):
    said = {"model": "m", "langfuse.prompt.name": "p", "langfuse.prompt.version": version}
    assert mapped(said).prompt_version == expected


def test_the_prompt_of_the_ai_sdk(mapped):
    prompt = json.dumps({"name": "greet", "version": 2})
    span = mapped({"model": "m", "ai.telemetry.metadata.langfusePrompt": prompt})
    assert (span.prompt_name, span.prompt_version) == ("greet", 2)
    assert span.metadata == {}


@pytest.mark.parametrize(
    "said",
    [
        "2025-10-01T08:45:26.112648Z",
        '"2025-10-01T08:45:26.112648Z"',
        "2025-10-01T10:45:26.112648+02:00",
        "2025-10-01T08:45:26.112648",
    ],
)
def test_the_time_of_the_first_token(mapped, said):
    span = mapped({"langfuse.observation.completion_start_time": said})
    expected = datetime.fromisoformat("2025-10-01T08:45:26.112648+00:00")
    assert span.completion_start_time == int(expected.timestamp()) * 10**9 + 112_648_000


@pytest.mark.parametrize(
    ("key", "value", "nanoseconds"),
    [
        ("ai.response.msToFirstChunk", 250.5, 250_500_000),
        ("ai.stream.msToFirstChunk", "250", 250_000_000),
        ("gen_ai.response.time_to_first_chunk", 0.25, 250_000_000),
        ("gen_ai.server.time_to_first_token", 0.25, 250_000_000),
        ("ttft_ms", 1341, 1_341_000_000),
    ],
)
def test_the_wait_for_the_first_token(mapped, key, value, nanoseconds):
    span = mapped({key: value})
    assert span.completion_start_time == span.start_time + nanoseconds


@pytest.mark.parametrize("value", ["soon", "nan", -5, [1]])
def test_a_wait_that_cannot_be_is_none(mapped, value):
    assert mapped({"ai.response.msToFirstChunk": value}).completion_start_time is None


@pytest.mark.parametrize(
    "event",
    ["First Token Stream Event", "gen_ai.content.completion.chunk", "llm.content.completion.chunk"],
)
def test_an_event_may_mark_the_first_token(mapped, event):
    span = mapped(events=[("other", {}), (event, {}), (event, {})])
    assert span.completion_start_time == span.start_time


def test_a_failed_call_names_its_model_only_in_its_settings(mapped):
    said = {"openinference.span.kind": "LLM", "llm.invocation_parameters": '{"model": "gpt-4o"}'}
    assert mapped(said).model == "gpt-4o"
    assert mapped({**said, "llm.model_name": "gpt-4o-2024-08-06"}).model == "gpt-4o-2024-08-06"
