"""What tells two runs apart, against scipy."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from evals.scores.statistics.matched import matched, share_difference
from evals.scores.statistics.paired import (
    LEAST,
    MOST_EXACT,
    MOST_RESAMPLED,
    detectable,
    p_of_signs,
    paired,
)

random = np.random.default_rng(7)
figure = st.integers(-1000, 1000).map(lambda value: value / 8)  # whose sums are exact


def normal(n: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    base = random.normal(0.6, 0.2, n)
    return base + random.normal(shift, 0.1, n), base


@pytest.mark.parametrize("n", [20, 200])
def test_the_interval_is_the_bootstrap_of_scipy(n):
    ours, base = normal(n, 0.03)
    found = paired(ours, base)
    expected = stats.bootstrap(
        (ours - base,), np.mean, n_resamples=9999, method="BCa", random_state=1
    ).confidence_interval
    width = expected.high - expected.low
    assert found.interval.low == pytest.approx(expected.low, abs=0.08 * width)
    assert found.interval.high == pytest.approx(expected.high, abs=0.08 * width)


def test_the_interval_of_a_skewed_score_leans_as_scipy_s_does():
    apart = random.exponential(1.0, 40) ** 2
    found = paired(apart, np.zeros(40)).interval
    expected = stats.bootstrap(
        (apart,), np.mean, n_resamples=9999, method="BCa", random_state=1
    ).confidence_interval
    assert found.high - found.estimate > found.estimate - found.low
    assert found.high == pytest.approx(expected.high, rel=0.1)


def test_ninety_five_of_a_hundred_intervals_hold_the_truth():
    hits = 0
    for _ in range(300):
        ours, base = normal(40, 0.05)
        interval = paired(ours, base).interval
        hits += interval.low <= 0.05 <= interval.high
    assert 0.90 <= hits / 300 <= 0.985


@given(st.lists(st.tuples(figure, figure), min_size=LEAST, max_size=MOST_EXACT))
def test_p_of_few_pairs_is_scipy_s_exact_permutation_test(pairs):
    ours, base = map(np.array, zip(*pairs, strict=True))
    assume((ours != base).any())
    expected = stats.permutation_test(
        (ours, base), lambda a, b: np.sum(a - b), permutation_type="samples", n_resamples=np.inf
    )
    assert paired(ours, base).p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("n", [60, MOST_RESAMPLED, MOST_RESAMPLED + 1])
def test_p_of_many_pairs_is_near_that_of_the_paired_t_test(n):
    ours, base = normal(n, 0.012)
    assert paired(ours, base).p == pytest.approx(stats.ttest_rel(ours, base).pvalue, abs=0.03)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_sign_test_is_scipy_s_binomial_test(better, worse):
    assume(better + worse)
    expected = stats.binomtest(better, better + worse, 0.5).pvalue
    assert p_of_signs(better, worse) == pytest.approx(expected)


def test_what_can_be_found_is_found_four_times_out_of_five():
    n, spread = 40, 0.2
    effect = detectable(spread, n) / spread
    noncentral = stats.nct(n - 1, effect * math.sqrt(n))
    edge = stats.t(n - 1).ppf(0.975)
    assert noncentral.sf(edge) + noncentral.cdf(-edge) == pytest.approx(0.8, abs=0.01)


@given(st.lists(st.tuples(figure, figure), min_size=1, max_size=40))
def test_the_other_way_round_everything_is_the_other_way_round(pairs):
    ours, base = zip(*pairs, strict=True)
    there, back = paired(ours, base), paired(base, ours)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.better, there.worse) == (back.worse, back.better)
    if there.n >= LEAST:
        assert there.p == pytest.approx(back.p, abs=0.05)
        assert there.p_signs == back.p_signs
        assert there.interval.low <= there.interval.high


def test_runs_alike_are_alike():
    found = paired([0.1 + 0.2] * 10, [0.3] * 10)
    assert (found.difference, found.p, found.better, found.worse) == (0.0, 1.0, 0, 0)
    assert found.interval.low == found.interval.high == 0.0


def test_too_few_pairs_have_a_difference_and_no_verdict():
    found = paired([1.0, 0.5], [0.0, 0.5])
    assert (found.n, found.difference, found.better) == (2, 0.5, 1)
    assert found.p is None and found.interval is None
    assert paired([], []) is None


@pytest.mark.parametrize("vast", [1e308, 1e200, 5e-324])
def test_absurd_figures_are_no_verdict_and_no_fault(vast):
    found = paired([vast, 1, 2, 3, 4, 5, 6, -vast], [-vast, 1, 1, 1, 1, 1, 1, vast])
    assert found is None or math.isfinite(found.difference)


def test_mcnemar_is_scipy_s_binomial_of_the_items_that_changed():
    ours = [True] * 40 + [True] * 3 + [False] * 12 + [False] * 5
    base = [True] * 40 + [False] * 3 + [True] * 12 + [False] * 5
    found = matched(ours, base)
    assert (found.both, found.fixed, found.broken, found.neither) == (40, 3, 12, 5)
    assert found.p == pytest.approx(stats.binomtest(3, 15, 0.5).pvalue)
    assert found.difference == pytest.approx(-9 / 60)


@pytest.mark.parametrize("shares", [(0.6, 0.1, 0.1, 0.2), (0.8, 0.02, 0.08, 0.1)])
def test_ninety_five_of_a_hundred_intervals_of_matched_shares_hold_the_truth(shares):
    truth = shares[1] - shares[2]
    drawn = [share_difference(*map(int, cells)) for cells in random.multinomial(60, shares, 1000)]
    hits = sum(found.low <= truth <= found.high for found in drawn)
    assert 0.93 <= hits / 1000 <= 0.99


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_the_interval_of_matched_shares_holds_the_difference(cells):
    assume(sum(cells))
    found = share_difference(*cells)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
