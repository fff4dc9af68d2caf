import pytest


@pytest.mark.parametrize(
    ("operation", "counts"), [("chat", True), ("invoke_agent", False), ("agent_step", False)]
)
def test_a_span_that_sums_up_its_children_counts_nothing_itself(mapped, operation, counts):
    span = mapped(
        {
            "gen_ai.operation.name": operation,
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.cost": 0.01,
        }
    )
    assert bool(span.usage) == bool(span.model) == bool(span.cost) == counts
    if not counts:  # still there to be read
        assert span.attributes["gen_ai.usage.input_tokens"] == "100"
        assert span.attributes["gen_ai.request.model"] == "gpt-4o-mini"


def test_an_agent_of_openinference_counts_what_it_says(mapped):
    span = mapped(
        {
            "openinference.span.kind": "AGENT",
            "llm.model_name": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 100,
        }
    )
    assert (span.type, span.model, span.usage) == ("AGENT", "gpt-4o-mini", {"input": 100})


def test_the_outer_span_of_the_ai_sdk_counts_nothing_itself(mapped):
    said = {"ai.usage.promptTokens": 10, "ai.usage.completionTokens": 5, "ai.model.id": "m"}
    outer = mapped({**said, "ai.operationId": "ai.generateText"}, scope="ai")
    inner = mapped({**said, "ai.operationId": "ai.generateText.doGenerate"}, scope="ai")
    assert (outer.usage, outer.model) == ({}, "")
    assert (inner.usage, inner.model) == ({"input": 10, "output": 5}, "m")


def test_a_run_of_pydantic_ai_counts_nothing_itself(mapped):
    said = {"gen_ai.usage.input_tokens": "174", "final_result": "You won."}
    assert mapped(said, scope="pydantic-ai").usage == {}
