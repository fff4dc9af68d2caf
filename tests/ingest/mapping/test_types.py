import pytest


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("LLM", "GENERATION"),
        ("CHAIN", "CHAIN"),
        ("RETRIEVER", "RETRIEVER"),
        ("RERANKER", "RETRIEVER"),
        ("EMBEDDING", "EMBEDDING"),
        ("AGENT", "AGENT"),
        ("TOOL", "TOOL"),
        ("GUARDRAIL", "GUARDRAIL"),
        ("EVALUATOR", "EVALUATOR"),
        ("", "SPAN"),
        ("UnknownKind", "SPAN"),
    ],
)
def test_openinference_names_the_type(mapped, kind, expected):
    assert mapped({"openinference.span.kind": kind}).type == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("chat", "GENERATION"),
        ("completion", "GENERATION"),
        ("text_completion", "GENERATION"),
        ("generate_content", "GENERATION"),
        ("generate", "GENERATION"),
        ("embeddings", "EMBEDDING"),
        ("invoke_agent", "AGENT"),
        ("create_agent", "AGENT"),
        ("execute_tool", "TOOL"),
        ("invoke_workflow", "CHAIN"),
        ("retrieval", "RETRIEVER"),
        ("search_memory", "RETRIEVER"),
        ("delete_memory", "SPAN"),
    ],
)
def test_an_operation_of_the_genai_convention_names_the_type(mapped, operation, expected):
    span = mapped({"gen_ai.operation.name": operation})
    assert span.type == expected
    assert span.attributes["gen_ai.operation.name"] == operation  # it says more than the type


@pytest.mark.parametrize(
    "kind",
    [
        "span", "generation", "event", "embedding", "agent", "tool", "chain", "retriever",
        "guardrail", "evaluator",
    ],
)  # fmt: skip
def test_what_a_langfuse_sdk_says_goes_before_everything_else(mapped, kind):
    span = mapped(
        {
            "langfuse.observation.type": kind,
            "langfuse.observation.model.name": "gpt-4",
            "gen_ai.request.model": "gpt-4",
            "openinference.span.kind": "LLM",
        }
    )
    assert span.type == kind.upper()
    assert span.model == "gpt-4"


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("ai.generateText.doGenerate", "GENERATION"),
        ("ai.streamText.doStream", "GENERATION"),
        ("ai.generateObject", "GENERATION"),
        ("ai.generateObject.doGenerate", "GENERATION"),
        ("ai.streamObject.doStream", "GENERATION"),
        ("ai.embed.doEmbed", "EMBEDDING"),
        ("ai.embedMany.doEmbed", "EMBEDDING"),
        ("ai.embed.doEmbed generate-document-embedding", "EMBEDDING"),
        ("ai.toolCall", "TOOL"),
        ("ai.toolCall MyAgent.MyLLM.myFunction", "TOOL"),
    ],
)
def test_operations_of_the_ai_sdk(mapped, operation, expected):
    span = mapped({"operation.name": operation, "gen_ai.response.model": "gpt-4o"})
    assert span.type == expected


def test_a_generation_of_the_ai_sdk_needs_a_model(mapped):
    assert mapped({"operation.name": "ai.generateText"}, scope="ai").type == "SPAN"
    assert mapped({"ai.operationId": "ai.generateText.doGenerate"}, scope="ai").type == "SPAN"


def test_a_tool_call_of_the_ai_sdk_is_known_by_its_operation_id_alone(mapped):
    assert mapped({"ai.operationId": "ai.toolCall"}, scope="ai").type == "TOOL"


@pytest.mark.parametrize("key", ["gen_ai.tool.name", "gen_ai.tool.call.id"])
def test_whatever_names_a_tool_is_a_tool(mapped, key):
    assert mapped({key: "roulette_wheel"}, scope="pydantic-ai").type == "TOOL"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("openinference.span.kind", "TOOL"), ("gen_ai.operation.name", "chat"), "TOOL"),
        (("gen_ai.operation.name", "embeddings"), ("gen_ai.request.model", "m"), "EMBEDDING"),
        (("langfuse.observation.type", "span"), ("openinference.span.kind", "AGENT"), "SPAN"),
        (("openinference.span.kind", "RETRIEVER"), ("gen_ai.request.model", "m"), "RETRIEVER"),
        (("openinference.span.kind", "Agent"), ("gen_ai.request.model", "m"), "GENERATION"),
        (("langfuse.observation.type", "nonsense"), ("app.step", "1"), "SPAN"),
        (("gen_ai.tool.name", "t"), ("traceloop.span.kind", "workflow"), "TOOL"),
        (("llm.request.type", "embedding"), ("gen_ai.request.model", "m"), "EMBEDDING"),
    ],
)
def test_the_first_rule_that_knows_a_span_decides(mapped, first, second, expected):
    assert mapped([second, first]).type == expected


@pytest.mark.parametrize(
    "key",
    [
        "langfuse.observation.model.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "llm.model_name",
        "model",
    ],
)
def test_what_names_a_model_is_a_generation(mapped, key):
    assert mapped({key: "gpt-4"}).type == "GENERATION"


def test_empty_attributes_name_no_type(mapped):
    said = dict.fromkeys(("model", "provided_model_name", "total_cost", "prompt_id"), "")
    assert mapped({**said, "usage_details": "{}", "model_parameters": "{}"}).type == "SPAN"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.60.3", "GENERATION"), ("3.3.0", "GENERATION"),
        ("3.3.1", "SPAN"), ("3.4.0", "SPAN"), ("4.0.0", "SPAN"),
    ],
)  # fmt: skip
def test_sdks_up_to_3_3_0_called_generations_spans(mapped, version, expected):
    span = mapped(
        {"langfuse.observation.type": "span", "langfuse.observation.model.name": "gpt-4o"},
        scope="langfuse-sdk",
        version=version,
        resource={"telemetry.sdk.language": "python"},
    )
    assert span.type == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini"}, "GENERATION"),
        ({"genkit:metadata:subtype": "flow"}, "CHAIN"),
        ({"genkit:metadata:subtype": "tool"}, "TOOL"),
        ({"genkit:metadata:subtype": "embedder"}, "EMBEDDING"),
        ({"traceloop.span.kind": "workflow"}, "CHAIN"),
        ({"traceloop.span.kind": "agent"}, "AGENT"),
        ({"traceloop.span.kind": "tool"}, "TOOL"),
        ({"traceloop.span.kind": "task"}, "SPAN"),
        ({"llm.request.type": "chat"}, "GENERATION"),
        ({"llm.request.type": "rerank"}, "RETRIEVER"),
        ({"mlflow.spanType": '"CHAT_MODEL"'}, "GENERATION"),
        ({"mlflow.spanType": "RETRIEVER"}, "RETRIEVER"),
        ({"langsmith.span.kind": "llm"}, "GENERATION"),
        ({"langwatch.span.type": "rag"}, "RETRIEVER"),
    ],
)
def test_other_conventions(mapped, attributes, expected):
    assert mapped(attributes).type == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("agent_turn", "AGENT"), ("function_tool", "TOOL"), ("tts_node", "SPAN")]
)
def test_livekit_spans_are_known_by_their_names(mapped, name, expected):
    assert mapped(scope="livekit-agents", name=name).type == expected
    assert mapped(scope="another", name=name).type == "SPAN"


def test_flue_spans_are_known_by_their_content(mapped):
    scope = "@flue/opentelemetry"
    assert mapped({"flue.turn.input": "[]"}, scope=scope).type == "GENERATION"
    assert mapped({"flue.tool.arguments": "{}"}, scope=scope).type == "TOOL"
    assert mapped({"flue.tool.arguments": "{}"}, scope="another").type == "SPAN"
