"""Tokens to dollars: reference values worked out by hand from the providers' own price pages."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pricing.catalogue import Catalogue, Price
from pricing.cost import price_spans
from pricing.units import token_totals, unit_of
from traces.columns import SPANS
from traces.records import Span

DAY = 86_400 * 10**9


def priced(catalogue, **fields) -> Span:
    span = Span("p", "t", "s", DAY, end_time=2 * DAY, type="GENERATION", **fields)
    price_spans([span], catalogue)
    return span


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        (
            "claude-sonnet-4-5-20250929",
            {
                "input": 1000,
                "input_cached_tokens": 2000,
                "input_cache_creation": 500,
                "output": 300,
            },
            "0.009975",
        ),
        ("gpt-4o", {"input": 600, "input_cached_tokens": 400, "output": 200}, "0.0040"),
        ("gpt-5", {"input": 1000, "output": 500}, "0.00625"),
        ("gpt-5", {"input": 1000, "output": 200, "output_reasoning_tokens": 300}, "0.00625"),
        ("text-embedding-3-small", {"input": 1_000_000}, "0.02"),
        ("text-embedding-3-small", {"total": 1_000_000}, "0.02"),
    ],
)
def test_reference_calls_cost_what_the_provider_charges(catalogue, model, usage, dollars):
    span = priced(catalogue, model=model, usage=usage)
    assert span.total_cost == Decimal(dollars)
    parts = [v for k, v in span.cost.items() if k != "total"]
    assert span.cost["total"] == (sum(parts) if parts else span.total_cost)
    assert span.cost_source == "computed"
    assert span.price_id == f"{model}@2026-11-20"


def test_one_hour_cache_writes_cost_more_than_five_minute_ones(catalogue):
    short = priced(
        catalogue, model="claude-sonnet-4-5-20250929", usage={"input_cache_creation": 1000}
    )
    long = priced(
        catalogue, model="claude-sonnet-4-5-20250929", usage={"input_cache_creation_1h": 1000}
    )
    assert (short.total_cost, long.total_cost) == (Decimal("0.00375"), Decimal("0.006"))


def test_a_long_request_is_charged_the_higher_step_in_whole(catalogue):
    just_below = priced(catalogue, model="gemini-2.5-pro", usage={"input": 200_000, "output": 1000})
    over = priced(catalogue, model="gemini-2.5-pro", usage={"input": 200_001, "output": 1000})
    assert just_below.total_cost == Decimal("0.25") + Decimal("0.01")
    assert over.total_cost == 200_001 * Decimal("0.0000025") + Decimal("0.015")


def test_cached_tokens_count_towards_the_step(catalogue):
    span = priced(
        catalogue, model="gemini-2.5-pro", usage={"input": 1, "input_cached_tokens": 200_000}
    )
    assert span.total_cost == Decimal("0.0000025") + 200_000 * Decimal("0.00000025")


@pytest.mark.parametrize(
    ("tier", "dollars"),
    [("batch", "0.00625"), ("priority", "0.02125"), ("default", "0.0125"), ("", "0.0125")],
)
def test_the_service_tier_changes_the_rate(catalogue, tier, dollars):
    usage = {"input": 1000, "output": 1000}
    span = priced(catalogue, model="gpt-4o", usage=usage, model_parameters={"service_tier": tier})
    assert span.total_cost == Decimal(dollars)


def test_the_tier_that_the_response_told_beats_the_one_asked_for(catalogue):
    span = priced(
        catalogue,
        model="gpt-4o",
        usage={"input": 1000},
        model_parameters={"service_tier": "auto"},
        attributes={"openai.response.service_tier": "priority"},
    )
    assert span.total_cost == Decimal("0.00425")


def test_an_unknown_model_has_an_unknown_cost_and_never_zero(catalogue):
    span = priced(catalogue, model="acme-secret-13b", usage={"input": 10, "output": 5})
    assert (span.total_cost, span.cost_source, span.price_id) == (None, "unknown", "")
    assert (span.input_tokens, span.output_tokens, span.total_tokens) == (10, 5, 15)


def test_a_call_without_usage_is_unknown_unless_it_failed_or_still_runs(catalogue):
    assert priced(catalogue, model="gpt-4o").cost_source == "unknown"
    assert priced(catalogue, model="gpt-4o", level="ERROR").cost_source == ""
    running = Span("p", "t", "s", DAY, type="GENERATION", model="gpt-4o")
    price_spans([running], catalogue)
    assert running.cost_source == ""


def test_tokens_of_a_kind_without_a_price_make_the_total_unknown_but_keep_what_is_known(catalogue):
    span = priced(catalogue, model="gpt-4o", usage={"input": 1000, "web_searches": 2})
    assert span.total_cost is None
    assert span.cost_source == "unknown"
    assert span.cost == {"input": Decimal("0.0025")}


def test_what_the_client_said_it_paid_wins(catalogue):
    span = priced(
        catalogue,
        model="gpt-4o",
        usage={"input": 1000},
        cost={"input": Decimal("0.5"), "output": Decimal("0.25")},
        cost_source="sent",
    )
    assert (span.total_cost, span.cost_source) == (Decimal("0.75"), "sent")


@pytest.mark.parametrize("value", ["-1", "NaN", "Infinity", "1e12"])
def test_an_absurd_sent_cost_is_marked_and_unknown(catalogue, value):
    span = priced(catalogue, cost={"total": Decimal(value)}, cost_source="sent")
    assert (span.total_cost, span.cost_source, span.marks) == (
        None,
        "unknown",
        ["cost_out_of_range"],
    )


def test_a_free_model_costs_a_known_zero(catalogue):
    free = Catalogue(
        [Price("f", "free", "", {"": ((0, {"input": Decimal(0), "output": Decimal(0)}),)})]
    )
    span = priced(free, model="free", usage={"input": 10})
    assert (span.total_cost, span.cost_source) == (Decimal(0), "computed")


def test_pricing_twice_changes_nothing(catalogue):
    span = priced(catalogue, model="gpt-4o", usage={"input": 1000, "output": 10})
    again = replace(span)
    price_spans([again], catalogue)
    assert again == span


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("cache_read_input_tokens", "input_cached_tokens"),
        ("cache_creation_input_tokens", "input_cache_creation"),
        ("input_cached_tokens", "input_cached_tokens"),
        ("ephemeral_1h_cache_creation_input_tokens", "input_cache_creation_1h"),
        ("output_reasoning_tokens", "output_reasoning_tokens"),
        ("promptTokens", "input"),
        ("input_tool_use", "input"),
        ("seconds", ""),
    ],
)
def test_usage_keys_of_every_sdk_are_understood(key, unit):
    assert unit_of(key) == unit


def test_a_said_total_is_believed_and_a_missing_one_is_summed():
    assert token_totals({"input": 3, "output": 4, "total": 10}) == (3, 4, 10)
    assert token_totals({"input": 3, "input_cached_tokens": 2, "output": 4}) == (5, 4, 9)


def test_a_cost_that_no_column_holds_is_unknown_and_the_span_can_be_stored(catalogue):
    span = priced(catalogue, model="gpt-4o", usage={"input": 2**53, "odd": 1})
    assert (span.cost, span.total_cost, span.cost_source) == ({}, None, "unknown")
    assert SPANS.unencodable([span]) == []
