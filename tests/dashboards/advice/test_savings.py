"""What caches, smaller models, shorter prompts and batches would have saved, by hand."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.advice.assumptions import Assumptions, assumptions_in
from dashboards.advice.batching import batches
from dashboards.advice.caching import constant_share, prefixes, repeats
from dashboards.advice.charges import Charges, InputRates
from dashboards.advice.classes import Class
from dashboards.advice.sampling import Part, place_of, ratio, stretches
from dashboards.advice.savings import advice_of
from dashboards.advice.smaller import smaller_names
from traces.queries.advice import RUNGS, Call

MINUTE = 60 * 10**9
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
RATES = InputRates(plain=2e-6, cached=1e-6, written=2e-6)


@pytest.fixture(scope="module")
def catalogue():
    from pricing import snapshot
    from pricing.catalogue import Catalogue

    return Catalogue(snapshot.prices(snapshot.bundled()))


def call(at=0, asked=1, begins=0, **fields):
    """`begins` is how many of RUNGS are alike, whatever comes after them."""
    beginnings = tuple(n + 1 if n < begins else 0 for n in range(len(RUNGS)))
    usual = {
        "name": "answer", "model": "gpt-4o", "provider": "openai", "length": 10240,
        "usage": {"input": 2560, "output": 100}, "input_tokens": 2560, "cost": Decimal("0.0074"),
        "is_streamed": False, "has_session": False,
    }  # fmt: skip
    return Call(at=at, asked=asked, beginnings=beginnings, **{**usual, **fields})


def test_what_was_asked_within_the_hour_is_answered_from_the_cache():
    calls = [call(0), call(30 * MINUTE), call(59 * MINUTE), call(61 * MINUTE), call(62 * MINUTE)]
    assert repeats(calls, HOUR) == [0, 0.0074, 0.0074, 0, 0.0074]
    assert repeats([call(0, asked=1), call(1, asked=2)], HOUR) == [0, 0]
    assert repeats([call(0, asked=0), call(1, asked=0)], HOUR) == [0, 0]  # no input is stored


def test_a_shared_beginning_is_read_at_the_cached_price():
    calls = [call(0, begins=4), call(MINUTE, begins=4), call(20 * MINUTE, begins=4)]
    # 8192 of 10240 bytes are 2048 of 2560 tokens.
    assert prefixes(calls, 5 * MINUTE, lambda _call: RATES) == pytest.approx([0, 2048e-6, 0])


def test_what_was_cached_already_saves_nothing_more():
    usage = {"input": 512, "input_cached_tokens": 2048}
    calls = [call(0, begins=4), call(MINUTE, begins=4, usage=usage)]
    assert prefixes(calls, 5 * MINUTE, lambda _call: RATES)[1] == 0


def test_writing_to_the_cache_is_counted_against_it():
    dear = InputRates(plain=2e-6, cached=0.2e-6, written=2.5e-6)
    calls = [call(0, begins=4), call(MINUTE, begins=4)]
    saved = prefixes(calls, 5 * MINUTE, lambda _call: dear)
    assert saved == pytest.approx([-2048 * 0.5e-6, 2048 * 1.8e-6])
    assert prefixes([call(0, begins=4)], 5 * MINUTE, lambda _call: dear) == [0]


def test_short_beginnings_are_not_cached_by_providers():
    calls = [call(0, begins=2), call(MINUTE, begins=2)]  # 512 tokens
    assert prefixes(calls, 5 * MINUTE, lambda _call: RATES) == [0, 0]


def test_what_nearly_all_calls_begin_with_is_constant():
    assert constant_share([call(begins=3)] * 9 + [call()]) == pytest.approx(0.4)
    assert constant_share([call(begins=3)] * 5 + [call()] * 5) == 0
    assert constant_share([]) == 0


def test_calls_that_nobody_waits_for_make_a_batch():
    stretch = (0, DAY)
    idle = [call(n * MINUTE) for n in range(20)]
    assert batches(idle, stretch, 20, lambda _call: 0.5) == [0.0037] * 20
    assert batches(idle, stretch, 21, lambda _call: 0.5) == [0] * 20
    for waited in ({"is_streamed": True}, {"has_session": True}):
        talk = [call(n * MINUTE, **waited) for n in range(20)]
        assert batches(talk, stretch, 20, lambda _call: 0.5) == [0] * 20
    half = [call(n * MINUTE) for n in range(10)]  # of half an hour that was looked at
    assert batches(half, (0, 30 * MINUTE), 20, lambda _call: 0.5) == [0.0037] * 10
    assert batches(idle, stretch, 20, lambda _call: None) == [0] * 20


@pytest.mark.parametrize(
    ("model", "smaller"),
    [
        ("gpt-4o", "gpt-4o-mini"),
        ("gpt-5-mini", "gpt-5-nano"),
        ("gpt-4o-2024-08-06", "gpt-4o-mini"),
        ("claude-sonnet-4-5-20250929", "claude-haiku-4-5"),
        ("claude-3-opus-20240229", "claude-3-haiku"),
        ("gemini-2.5-pro", "gemini-2.5-flash"),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
        ("mistral-large-latest", "mistral-small-latest"),
    ],
)
def test_smaller_siblings_are_known_by_their_names(model, smaller):
    assert smaller in smaller_names(model)


def test_the_smallest_has_no_smaller_sibling():
    assert smaller_names("gpt-5-nano") == []


def test_a_project_of_few_calls_is_looked_at_as_a_whole():
    assert stretches(0, 30 * DAY, 100, 1000) == [(0, 30 * DAY)]


@given(st.integers(2, 10**9), st.integers(1, 10**6))
def test_stretches_hold_about_so_many_calls_and_lie_apart(calls, most):
    found = stretches(0, 30 * DAY, calls, most)
    assert all(0 <= since < until <= 30 * DAY or since == until for since, until in found)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(found))
    assert sum(until - since for since, until in found) <= 30 * DAY * min(1, most / calls) + 60
    assert all(place_of(one[0], found) == n for n, one in enumerate(found) if one[0] != one[1])


def test_a_sample_is_told_with_its_interval_and_the_whole_without():
    whole = ratio([Part(10, 2)])
    assert (whole.expected, whole.low, whole.high) == (0.2, 0.2, 0.2)
    sampled = ratio([Part(10, n % 4) for n in range(20)])
    assert sampled.low < sampled.expected == 0.15 < sampled.high
    assert ratio([]).expected == 0


def a_class(**fields):
    usual = {
        "name": "answer", "model": "gpt-4o", "provider": "openai", "cost": 10.0, "calls": 100,
        "unpriced": 0, "input_tokens": 2_000_000.0, "output_tokens": 500_000.0,
        "cached_tokens": 0.0, "written_tokens": 0.0, "reasoning_tokens": 0.0,
    }  # fmt: skip
    return Class(**{**usual, **fields})


def advised(classes, calls, catalogue, **assumed):
    charges = Charges("", catalogue)
    return advice_of(classes, calls, [(0, 30 * DAY)], Assumptions(**assumed), charges)


def saved(found, kind):
    return next(one for one in found.savings if one.kind == kind)


def test_a_smaller_model_is_priced_by_the_tokens_of_the_class(catalogue):
    found = advised([a_class()], [], catalogue)
    [line] = saved(found, "smaller").lines
    # gpt-4o: $2.50 and $10; gpt-4o-mini: $0.15 and $0.60 per million.
    assert line.other == "gpt-4o-mini"
    assert line.saved == pytest.approx(10 - 0.6)
    other = advised([a_class()], [], catalogue, model="gpt-4.1-nano")
    assert saved(other, "smaller").lines[0].other == "gpt-4.1-nano"
    assert saved(advised([a_class(model="acme-1")], [], catalogue), "smaller").lines == ()


def test_what_is_seen_of_some_calls_is_told_of_all_of_their_class(catalogue):
    calls = [call(n * 10 * MINUTE, asked=n % 2 + 1) for n in range(10)]
    found = advised([a_class(cost=100.0)], calls, catalogue, cache="24h")
    again = saved(found, "repeats")
    assert again.amount.expected == pytest.approx(80)
    assert (again.lines[0].share, again.lines[0].saved) == (pytest.approx(0.8), pytest.approx(80))
    least, most = found.together
    assert 80 <= least <= most <= 100


def test_batches_are_at_the_providers_price_of_batches(catalogue):
    calls = [call(n * MINUTE) for n in range(30)]
    assert saved(advised([a_class()], calls, catalogue), "batch").lines[0].share == pytest.approx(
        0.5, rel=0.01
    )


def test_trimming_is_of_the_constant_part_alone(catalogue):
    cost = Decimal("0.0064") + Decimal("0.001")
    calls = [call(n * HOUR, asked=n, begins=4, cost=cost) for n in range(10)]
    found = saved(advised([a_class(cost=0.074)], calls, catalogue, trim=50), "trimming")
    assert found.amount.expected == pytest.approx(0.5 * 0.8 * 2560 * 2.5e-6 * 10)


def test_assumptions_that_make_no_sense_are_named_and_passed_over():
    said, wrong = assumptions_in({"cache": "9y", "trim": "-5", "busy": "1e9", "model": "a\x1bb"})
    assert said == Assumptions()
    assert wrong == ["cache", "trim", "busy", "model"]
    said, wrong = assumptions_in({"cache": "24h", "trim": "10", "model": " gpt-4o-mini "})
    assert (said.cache, said.trim, said.model, wrong) == ("24h", 10, "gpt-4o-mini", [])
