"""Which price a call has: its model's, under whatever name, at its time, of its project first."""

from decimal import Decimal

import pytest

from pricing import snapshot
from pricing.catalogue import Catalogue, InvalidPrice, Price, steps_of
from pricing.cost import cost_of
from pricing.matching import candidates

DAY = 86_400 * 10**9


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", "gpt-4o", "gpt-4o"),
        ("", "openai/gpt-4o", "gpt-4o"),
        ("azure.ai.openai", "gpt-4o", "azure/gpt-4o"),
        ("openai", "GPT-4o", "gpt-4o"),
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"),
        ("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
         "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("aws.bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0",
         "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("aws.bedrock",
         "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
         "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("gcp.vertex_ai", "claude-sonnet-4-5@20250929", "vertex_ai/claude-sonnet-4-5@20250929"),
        ("gcp.vertex_ai", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("gcp.gemini", "models/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("mistral_ai", "mistral-large-latest", "mistral/mistral-large-latest"),
        ("deepseek", "deepseek-chat", "deepseek/deepseek-chat"),
        ("openai", "gpt-4o-2099-01-01", "gpt-4o"),
        ("anthropic", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet"),
    ],
)  # fmt: skip
def test_a_model_is_found_under_the_names_its_provider_gives_it(
    catalogue, provider, model, expected
):
    assert catalogue.price("p", provider=provider, model=model, time=0).model_name == expected


def test_a_model_of_another_provider_does_not_answer(catalogue):
    assert catalogue.price("p", provider="anthropic", model="gpt-4o", time=0) is None


def test_candidates_do_not_repeat():
    names = list(candidates("openai", "openai/gpt-4o-2024-08-06"))
    assert len(names) == len(set(names))


def own_price(**fields) -> Price:
    return Price(**{"id": "own", "model_name": "gpt-4o", "provider": "",
                    "steps": {"": ((0, {"input": Decimal(1)}),)}, **fields})  # fmt: skip


def test_a_project_price_comes_first_and_only_for_that_project(catalogue):
    mine = Catalogue(snapshot.prices(snapshot.bundled()), [("p", own_price())])
    assert mine.price("p", provider="", model="gpt-4o", time=0).id == "own"
    assert mine.price("other", provider="", model="gpt-4o", time=0).id != "own"


@pytest.mark.parametrize(
    ("priced", "said", "is_found"),
    [
        ("vllm-a", "vllm-a", True),
        ("vllm-a", "vllm-b", False),
        ("vllm-a", "", True),
        ("", "vllm-b", True),
        ("azure.ai.openai", "azure.ai.openai", True),
        ("azure", "azure.ai.openai", True),
        ("openai", "azure.ai.openai", False),
    ],
)
def test_an_own_price_names_its_provider_as_calls_do_or_as_the_catalogue_does(
    priced, said, is_found
):
    prices = Catalogue(own=[("p", own_price(model_name="house-1", provider=priced))])
    found = prices.price("p", provider=said, model="house-1", time=0)
    assert (found is not None) == is_found


def test_a_pattern_does_not_mind_capital_letters():
    prices = Catalogue(own=[("p", own_price(pattern="^House-"))])
    assert prices.price("p", provider="", model="hOUSE-2", time=0).id == "own"


def test_a_price_holds_from_its_first_day_to_its_last():
    old = own_price(id="old", valid_to=5 * DAY)
    new = own_price(id="new", valid_from=5 * DAY)
    catalogue = Catalogue([new, old])
    at = [
        catalogue.price("", provider="", model="gpt-4o", time=day * DAY).id for day in (0, 4, 5, 9)
    ]
    assert at == ["old", "old", "new", "new"]


def test_a_pattern_matches_in_linear_time():
    hostile = own_price(pattern=r"(?i)^(a+)+$")
    catalogue = Catalogue(own=[("p", hostile)])
    assert catalogue.price("p", provider="", model="a" * 200 + "!", time=0) is None
    assert catalogue.price("p", provider="", model="AAAA", time=0).id == "own"


@pytest.mark.parametrize(
    "rates",
    [
        [],
        [["input"]],
        [["input", "free", 0, ""]],
        [["input", "-1", 0, ""]],
        [["input", "1e9", 0, ""]],
        [["input", "NaN", 0, ""]],
        [["input", "1", "0", ""]],
        [["input", "1", 0, "gold"]],
        [["output_reasoning_tokens", "1", 0, ""]],
    ],
)
def test_a_rate_that_cannot_be_used_is_refused_with_a_reason(rates):
    with pytest.raises(InvalidPrice, match=r"\w"):
        steps_of(rates)


def test_a_step_without_a_rate_of_its_own_takes_the_one_below():
    price = own_price(
        steps=steps_of(
            [
                ["input", "1", 0, ""],
                ["output", "2", 0, ""],
                ["input", "3", 100, ""],
                ["input", "0.5", 0, "batch"],
            ]
        )
    )
    assert cost_of(price, {"input": 101, "output": 1}).total == 303 + 2
    assert cost_of(price, {"input": 10, "output": 1}, service_tier="batch").total == 5 + 2
