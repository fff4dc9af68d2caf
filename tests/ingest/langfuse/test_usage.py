"""Tokens and money in every shape that clients send."""

from decimal import Decimal

import pytest

from ingest.langfuse.body import Body
from ingest.langfuse.usage import stated_cost, stated_usage


@pytest.mark.parametrize(
    ("sent", "usage"),
    [
        (
            {"usage": {"input": 10, "output": 5, "total": 15, "unit": "TOKENS"}},
            {"input": 10, "output": 5, "total": 15},
        ),
        (
            {"usage": {"promptTokens": 10, "completionTokens": 5, "totalTokens": 15}},
            {"input": 10, "output": 5, "total": 15},
        ),
        ({"usage": {"total": 7}}, {"total": 7}),
        ({"usage": {"input": 10, "output": None}}, {"input": 10}),
        ({"usage": {}}, {}),
        (
            {"usageDetails": {"input": 1, "output": 2, "cache_read_input_tokens": 3}},
            {"input": 1, "output": 2, "cache_read_input_tokens": 3},
        ),
        ({"usageDetails": {"input": 1}, "usage": {"input": 9}}, {"input": 1}),
        ({"usageDetails": {}, "usage": {"input": 9}}, {"input": 9}),
        (
            {
                "usageDetails": {
                    "prompt_tokens": 100,
                    "completion_tokens": 50,
                    "total_tokens": 150,
                    "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": None},
                    "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 5},
                }
            },
            {
                "input": 60,
                "input_cached_tokens": 40,
                "output": 25,
                "output_reasoning_tokens": 20,
                "output_audio_tokens": 5,
                "total": 150,
            },
        ),
        (
            {
                "usageDetails": {
                    "input_tokens": 100,
                    "output_tokens": 50,
                    "total_tokens": 150,
                    "input_tokens_details": {"cached_tokens": 40},
                    "output_tokens_details": {"reasoning_tokens": 20},
                }
            },
            {
                "input": 60,
                "input_cached_tokens": 40,
                "output": 30,
                "output_reasoning_tokens": 20,
                "total": 150,
            },
        ),
        (
            {
                "usageDetails": {
                    "prompt_tokens": 10,
                    "completion_tokens": 5,
                    "total_tokens": 15,
                    "prompt_tokens_details": {"cached_tokens": 40},
                }
            },
            {"input": 0, "input_cached_tokens": 40, "output": 5, "total": 15},
        ),
        ({}, {}),
    ],
)
def test_usage_is_read_in_every_shape(sent, usage):
    body = Body(sent, 0)
    assert stated_usage(body) == usage
    assert not body.marks


@pytest.mark.parametrize(
    "value", [-1, 1.5, "10", True, 10**30, [1], {"a": 1}, float("nan"), float("inf")]
)
def test_a_count_that_is_none_is_left_out_and_marked(value):
    body = Body({"usageDetails": {"input": value, "output": 5}}, 0)
    assert stated_usage(body) == {"output": 5}
    assert body.marks == {"usage_invalid"}


def test_usage_that_is_no_object_is_left_out_and_marked():
    body = Body({"usage": "many", "costDetails": 3}, 0)
    assert stated_usage(body) == {}
    assert stated_cost(body) == {}
    assert body.marks == {"usage_invalid", "cost_invalid"}


@pytest.mark.parametrize(
    ("sent", "cost"),
    [
        (
            {"costDetails": {"input": 0.1, "output": 0.2}},
            {"input": "0.1", "output": "0.2", "total": "0.3"},
        ),
        ({"costDetails": {"total": 0.5}}, {"total": "0.5"}),
        (
            {"costDetails": {"input": 0.1, "total": 0.5, "output": None}},
            {"input": "0.1", "total": "0.5"},
        ),
        ({"costDetails": {"input": 0, "output": 0}}, {"input": "0", "output": "0", "total": "0"}),
        (
            {"usage": {"inputCost": 0.1, "outputCost": 0.2, "totalCost": 0.4}},
            {"input": "0.1", "output": "0.2", "total": "0.4"},
        ),
        ({"usage": {"input": 3}, "costDetails": {}}, {}),
        ({"costDetails": {"total": 1.5e-9}}, {"total": "0.0000000015"}),
        ({}, {}),
    ],
)
def test_cost_is_dollars_to_the_last_digit(sent, cost):
    assert stated_cost(Body(sent, 0)) == {name: Decimal(value) for name, value in cost.items()}


@pytest.mark.parametrize("value", [-0.1, 1e9, "1", float("inf"), 10**400])
def test_a_cost_that_is_none_is_left_out_and_marked(value):
    body = Body({"costDetails": {"input": value, "output": 1}}, 0)
    assert stated_cost(body) == {"output": Decimal(1), "total": Decimal(1)}
    assert body.marks == {"cost_invalid"}
