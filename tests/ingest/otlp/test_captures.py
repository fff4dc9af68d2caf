"""What unmodified clients sent (tests/payloads/README-otlp.md), and the rows it becomes."""

import json

import pytest

from tests.payloads.otlp_rows import CAPTURES, golden, rows_of, spans_of

CHAT_USAGE = {"input": 30, "input_cached_tokens": 12, "output": 12, "output_reasoning_tokens": 5}


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_capture_becomes_the_rows_written_down(capture):
    assert rows_of(capture) == json.loads(golden(capture).read_text())


def capture(name: str) -> dict:
    """The spans of the only capture of a client, by name; the later of those of one name."""
    [found] = [capture for capture in CAPTURES if capture.startswith(name)]
    return {span.name: span for span in spans_of(found)}


def some(usage: dict, expected: dict) -> bool:
    return expected.items() <= usage.items()


def test_plain_opentelemetry():
    spans = capture("otlp-opentelemetry-sdk")
    root, child = spans["checkout"], spans["charge"]
    assert root.is_root and child.parent_span_id == root.span_id
    assert (root.user_id, root.session_id, root.environment) == ("ada", "s-1", "staging")
    assert root.attributes["app.items"] == '["a","b"]'
    assert (child.level, child.status_message) == ("ERROR", "card declined")
    assert [event["name"] for event in json.loads(child.events)] == ["retrying", "exception"]
    assert json.loads(child.links)[0]["attributes"] == {"why": "retry"}


@pytest.mark.parametrize(
    ("client", "chat", "embedding"),
    [
        ("otlp-openinference-openai", "ChatCompletion", "CreateEmbeddings"),
        ("otlp-openllmetry-openai", "openai.chat", "openai.embeddings"),
        ("otlp-traceloop-sdk", "openai.chat", "openai.embeddings"),
        ("otlp-openlit", "chat gpt-4o-mini", "embeddings text-embedding-3-small"),
    ],
)
def test_instrumentations_of_openai(client, chat, embedding):
    [found] = [capture for capture in CAPTURES if capture.startswith(client)]
    spans = spans_of(found)
    asked, with_tool, streamed = [span for span in spans if span.name == chat][:3]
    for span in (asked, with_tool, streamed):
        assert span.type == "GENERATION"
        assert (span.model, span.provider) == ("gpt-4o-mini-2024-07-18", "openai")
        assert span.usage["input"] == 30 and span.usage["input_cached_tokens"] == 12
        assert sum(v for key, v in span.usage.items() if key.startswith("output")) == 17
    assert "한국의 수도는?" in asked.input and "서울" in asked.output
    assert asked.model_parameters["temperature"] == "0.2"
    assert with_tool.tool_call_names == ["weather"]
    assert json.loads(with_tool.tool_definitions)[0]["name"] == "weather"
    assert streamed.completion_start_time > streamed.start_time
    assert "서울" in streamed.output
    [vector] = [span for span in spans if span.name == embedding]
    assert (vector.type, vector.usage["input"]) == ("EMBEDDING", 8)
    [failed] = [span for span in spans if span.type == "GENERATION" and span.level == "ERROR"]
    assert failed.model == "fails" and "told to fail" in failed.status_message
    assert failed.usage == {}


def test_openinference_hands_on_user_session_tags_and_metadata():
    span = capture("otlp-openinference-openai")["CreateEmbeddings"]
    assert (span.user_id, span.session_id, span.tags) == ("ada", "s-1", ["a", "b"])
    assert span.metadata == {"tier": "gold"}


def test_a_workflow_of_traceloop():
    spans = capture("otlp-traceloop-sdk")
    types = {name: span.type for name, span in spans.items()}
    assert types["ask.workflow"] == "CHAIN"
    assert types["answerer.agent"] == "AGENT"
    assert types["lookup"] == "TOOL"
    assert spans["lookup"].parent_span_id == spans["prepare.task"].span_id
    assert spans["openai.chat"].user_id == "ada"
    assert spans["openai.chat"].metadata == {"tier": "gold"}


def test_messages_that_opentelemetrys_own_instrumentation_sends_as_log_events():
    [found] = [name for name in CAPTURES if name.startswith("otlp-opentelemetry-openai-v2")]
    asked, with_tool, streamed, failed = [s for s in spans_of(found) if s.type == "GENERATION"]
    assert json.loads(asked.input) == [
        {"role": "system", "gen_ai.system": "openai", "content": "Be brief."},
        {"role": "user", "gen_ai.system": "openai", "content": "한국의 수도는?"},
    ]
    assert "서울" in json.loads(asked.output)["message"]["content"]
    assert with_tool.tool_call_names == ["weather"]
    assert "서울" in streamed.output
    assert "fail" in failed.input and failed.output == ""


@pytest.mark.parametrize("major", ["3.15.0", "4.18.0", "5.0.4"])
def test_langfuses_sdk_for_python(major):
    spans = capture(f"otlp-langfuse-python-{major}")
    root, answer, wrapped = spans["root"], spans["answer"], spans["wrapped"]
    assert {name: span.type for name, span in spans.items()} == {
        "root": "AGENT", "answer": "GENERATION", "lookup": "TOOL", "wrapped": "GENERATION",
    }  # fmt: skip
    assert all(spans[name].parent_span_id == root.span_id for name in ("answer", "lookup"))
    assert (root.trace_name, root.user_id, root.session_id) == ("the trace", "ada", "s-1")
    assert (root.tags, root.version_label, root.release) == (["a", "b"], "v1", "r-1")
    assert root.trace_metadata["tier"] == "gold"
    assert {span.environment for span in spans.values()} == {"staging"}
    assert json.loads(answer.input) == [{"role": "user", "content": "한국의 수도는?"}]
    assert answer.usage == {"input": 30, "output": 5, "input_cached_tokens": 12}
    assert str(answer.total_cost) == "0.003"
    assert (answer.level, answer.status_message) == ("WARNING", "slow")
    assert answer.metadata["note"] == "plain"
    assert json.loads(answer.metadata["deep"]) == {"a": [1, 2]}
    assert some(wrapped.usage, CHAT_USAGE)
    assert wrapped.model == "gpt-4o-mini-2024-07-18"
    assert json.loads(root.output) == {"a": "서울"}


def test_langfuses_sdk_for_javascript():
    spans = capture("otlp-langfuse-js")
    root, answer = spans["root"], spans["answer"]
    assert (root.type, answer.type, spans["lookup"].type) == ("AGENT", "GENERATION", "TOOL")
    assert answer.parent_span_id == root.span_id
    assert (root.trace_name, root.user_id, root.tags) == ("the trace", "ada", ["a", "b"])
    assert (answer.model, answer.usage) == ("gpt-4o", {"input": 30, "output": 5})
    assert json.loads(answer.metadata["deep"]) == {"a": [1, 2]}
    assert spans["lookup"].input == "Seoul"
