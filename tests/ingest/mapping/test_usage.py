import json

import pytest

ANTHROPIC = json.dumps(
    {
        "anthropic": {
            "usage": {
                "input_tokens": 2,
                "cache_read_input_tokens": 47105,
                "cache_creation_input_tokens": 1076,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 0,
                    "ephemeral_1h_input_tokens": 1076,
                },
                "output_tokens": 714,
            }
        }
    }
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"gen_ai.usage.input_tokens": 100}, {"input": 100}),
        ({"gen_ai.usage.input_tokens": "15"}, {"input": 15}),
        ({"gen_ai.usage.prompt_tokens": 100}, {"input": 100}),
        ({"gen_ai.usage.completion_tokens": 100}, {"output": 100}),
        ({"gen_ai.usage.total_tokens": 100}, {"total": 100}),
        ({"gen_ai.usage.custom_tokens": 100}, {"custom_tokens": 100}),
        ({"gen_ai.usage.details.special": 3}, {"special": 3}),
        ({"llm.token_count.prompt": 100}, {"input": 100}),
        ({"llm.token_count.completion": 100}, {"output": 100}),
        ({"llm.token_count.total": 100}, {"total": 100}),
        ({"llm.usage.total_tokens": 100}, {"total": 100}),
        ({"gen_ai.usage.cost": 0.000151}, {}),
        ({"gen_ai.usage.input_tokens": "many"}, {}),
        ({"gen_ai.usage.input_tokens": -1}, {}),
        ({"gen_ai.usage.input_tokens": True}, {}),
        ({"gen_ai.usage.input_tokens": float("nan")}, {}),
        ({"gen_ai.usage.input_tokens": 12.0}, {"input": 12}),
    ],
)
def test_figures_under_any_name(mapped, said, expected):
    assert mapped(said).usage == expected


CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
)
CACHE_WRITTEN = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *((name, "input_cached_tokens") for name in CACHE_READ),
        *((name, "input_cache_creation") for name in CACHE_WRITTEN),
    ],
)
def test_what_a_cache_gave_or_took_is_not_counted_as_input_again(mapped, name, part):
    usage = mapped({"gen_ai.usage.input_tokens": 100, name: 40}).usage
    assert usage == {"input": 60, part: 40}


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.thoughts_tokens",
        "llm.token_count.completion_details.reasoning",
        "llm.token_count.reasoning_tokens",
    ],
)
def test_reasoning_is_not_counted_as_output_again(mapped, name):
    usage = mapped({"gen_ai.usage.output_tokens": 600, name: 500}).usage
    assert usage == {"output": 100, "output_reasoning_tokens": 500}


def test_audio_on_both_sides(mapped):
    usage = mapped(
        {
            "llm.token_count.prompt": 100,
            "llm.token_count.prompt_details.audio": 30,
            "llm.token_count.completion": 50,
            "llm.token_count.completion_details.audio": 20,
        }
    ).usage
    assert usage == {
        "input": 70, "input_audio_tokens": 30, "output": 30, "output_audio_tokens": 20,
    }  # fmt: skip


def test_finer_views_of_figures_are_not_added_to_them(mapped):
    span = mapped({"gen_ai.usage.input_tokens": 9, "gen_ai.usage.text.input_tokens": 9})
    assert span.usage == {"input": 9}
    assert span.attributes == {"gen_ai.usage.text.input_tokens": "9"}


def test_a_figure_is_never_below_zero(mapped):
    usage = mapped({"gen_ai.usage.input_tokens": 3, "gen_ai.usage.cache_read_tokens": 40}).usage
    assert usage == {"input": 0, "input_cached_tokens": 40}


def test_the_same_figure_under_two_names_counts_once(mapped):
    usage = mapped({"gen_ai.usage.input_tokens": 7, "llm.token_count.prompt": 7}).usage
    assert usage == {"input": 7}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"input": 1, "output": 2}, {"input": 1, "output": 2}),
        ({"input_tokens": 123, "output_tokens": 456}, {"input": 123, "output": 456}),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 20},
            },
            {
                "input": 60, "input_cached_tokens": 40, "input_audio_tokens": 0,
                "output": 30, "output_reasoning_tokens": 20, "total": 150,
            },
        ),
        (
            {
                "input_tokens": 100,
                "output_tokens": 50,
                "total_tokens": 150,
                "input_tokens_details": {"cached_tokens": 40},
                "output_tokens_details": {"reasoning_tokens": 20},
            },
            {
                "input": 60, "input_cached_tokens": 40,
                "output": 30, "output_reasoning_tokens": 20, "total": 150,
            },
        ),
        ({"cache_read_input_tokens": 5, "odd": "x"}, {"cache_read_input_tokens": 5}),
    ],
)  # fmt: skip
def test_usage_from_a_langfuse_sdk(mapped, sent, expected):
    span = mapped({"langfuse.observation.usage_details": json.dumps(sent)})
    assert span.usage == expected


def test_usage_that_is_no_object_says_nothing_and_that_is_no_json_is_passed_over(mapped):
    said = {"gen_ai.usage.input_tokens": 5}
    key = "langfuse.observation.usage_details"
    assert mapped({**said, key: "{broken"}).usage == {"input": 5}
    assert mapped({key: "[1]"}).usage == {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            1076,
            {
                "input": 2, "input_cached_tokens": 47105, "input_cache_creation": 0,
                "input_cache_creation_5m": 0, "input_cache_creation_1h": 1076, "output": 714,
            },
        ),
        (
            500,  # the split does not fit into it
            {
                "input": 578, "input_cached_tokens": 47105, "input_cache_creation": 500,
                "output": 714,
            },
        ),
    ],
)  # fmt: skip
def test_cache_writes_are_split_by_how_long_they_live(mapped, written, expected):
    span = mapped(
        {
            "gen_ai.usage.input_tokens": 48183,
            "gen_ai.usage.output_tokens": 714,
            "gen_ai.usage.cache_read.input_tokens": 47105,
            "gen_ai.usage.cache_creation.input_tokens": written,
            "ai.response.providerMetadata": ANTHROPIC,
        },
        scope="gen_ai",
    )
    assert span.usage == expected


def test_the_providers_metadata_fills_what_the_ai_sdk_leaves_out(mapped):
    span = mapped(
        {
            "gen_ai.usage.input_tokens": 48183,
            "gen_ai.usage.output_tokens": 714,
            "ai.usage.cachedInputTokens": "47105",
            "ai.response.providerMetadata": ANTHROPIC,
        },
        scope="ai",
    )
    assert span.usage["input"] == 2
    assert span.usage["input_cached_tokens"] == 47105
    assert span.usage["input_cache_creation_1h"] == 1076


def test_figures_of_openai_and_bedrock_through_the_ai_sdk(mapped):
    openai = {"openai": {"cachedPromptTokens": 4, "reasoningTokens": 3}}
    said = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5}
    span = mapped({**said, "ai.response.providerMetadata": json.dumps(openai)}, scope="ai")
    assert span.usage == {
        "input": 6, "input_cached_tokens": 4, "output": 2, "output_reasoning_tokens": 3,
    }  # fmt: skip
    bedrock = {
        "bedrock": {
            "usage": {
                "cacheReadInputTokens": 4482,
                "cacheWriteInputTokens": 0,
                "cacheCreationInputTokens": 100,
            }
        }
    }
    said = {"gen_ai.usage.input_tokens": 5734, "ai.usage.tokens": "10394"}
    span = mapped({**said, "ai.response.providerMetadata": json.dumps(bedrock)}, scope="ai")
    assert span.usage == {
        "input": 1152, "input_cached_tokens": 4482, "input_cache_creation": 100, "total": 10394,
    }  # fmt: skip


def test_an_ai_sdk_that_wrote_a_protobuf_value_down_as_json(mapped):
    span = mapped({"ai.usage.reasoningTokens": '{"intValue":5}'}, scope="ai")
    assert span.usage == {"output_reasoning_tokens": 5}


def test_genkit(mapped):
    usage = {"inputTokens": 42, "outputTokens": 17, "totalTokens": 59, "thoughtsTokens": 3}
    said = {"genkit:output": json.dumps({"message": {}, "usage": usage})}
    assert mapped(said, scope="genkit-tracer").usage == {
        "input": 42, "output": 14, "total": 59, "output_reasoning_tokens": 3,
    }  # fmt: skip


def test_claude_code_counts_input_without_the_cache(mapped):
    said = {
        "input_tokens": 2,
        "output_tokens": 333,
        "cache_read_tokens": 63002,
        "cache_creation_tokens": 679,
    }
    assert mapped(said, scope="com.anthropic.claude_code.tracing").usage == {
        "input": 2, "output": 333, "input_cached_tokens": 63002, "input_cache_creation": 679,
    }  # fmt: skip
    assert mapped(said).usage == {}


def test_googles_adk_tells_of_its_cache_in_the_response(mapped):
    answer = json.dumps({"usage_metadata": {"cached_content_token_count": 40}})
    said = {"gen_ai.usage.input_tokens": 100, "gcp.vertex.agent.llm_response": answer}
    assert mapped(said, scope="gcp.vertex.agent").usage == {"input": 60, "input_cached_tokens": 40}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mlflow.chat.tokenUsage", {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}),
        ("langwatch.metrics", {"promptTokens": 3, "completionTokens": 4, "total_tokens": 7}),
        ("braintrust.metrics", {"prompt_tokens": 3, "completion_tokens": 4, "tokens": 7}),
    ],
)
def test_objects_of_figures(mapped, key, value):
    assert mapped({key: json.dumps(value)}).usage == {"input": 3, "output": 4, "total": 7}


def test_the_sum_of_a_whole_trace_is_not_counted(mapped):
    assert mapped({"mlflow.trace.tokenUsage": '{"input_tokens": 3}'}).usage == {}


def test_all_tokens_of_an_embedding_are_input(mapped):
    said = {"ai.usage.tokens": 8, "ai.operationId": "ai.embed.doEmbed", "ai.model.id": "m"}
    assert mapped(said, scope="ai").usage == {"total": 8, "input": 8}
