"""The statistics of figures, against scipy and against published examples."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from prompts import bounds
from prompts.bounds import Sample
from prompts.figures.statistics import (
    LEAST,
    Share,
    adjusted,
    compared,
    interval_of,
    p_of_means,
    p_of_shares,
)


def sample(values) -> Sample:
    return Sample(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


measured = st.lists(st.floats(0, 1e5, allow_subnormal=False), min_size=LEAST, max_size=80)


@given(measured, measured)
def test_means_are_compared_as_scipy_does_it(ours, base):
    a, b = sample(ours), sample(base)
    assume(a.variance + b.variance > 1e-6)
    found = compared(a, b)
    expected = stats.ttest_ind(ours, base, equal_var=False)
    assert found is not None and found.method == "welch"
    assert found.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    interval = expected.confidence_interval(0.95)
    scale = max(abs(interval.low), abs(interval.high), 1e-9)
    assert found.interval.low == pytest.approx(interval.low, abs=1e-6 * scale)
    assert found.interval.high == pytest.approx(interval.high, abs=1e-6 * scale)


@given(st.integers(30, 500), st.integers(30, 500), st.data())
def test_shares_are_compared_as_the_test_of_a_2_by_2_table_does_it(n, base_n, data):
    hits = data.draw(st.integers(0, n))
    base_hits = data.draw(st.integers(0, base_n))
    assume(0 < hits + base_hits < n + base_n)
    table = [[hits, n - hits], [base_hits, base_n - base_hits]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert p_of_shares(Share(hits, n), Share(base_hits, base_n)) == pytest.approx(
        expected, rel=1e-6, abs=1e-12
    )


def test_the_interval_of_two_shares_is_newcombes():
    """Method 10 in his table II, case (a)."""
    found = compared(Share(56, 70), Share(48, 80))
    assert found is not None
    assert round(found.interval.low, 4) == 0.0524
    assert round(found.interval.high, 4) == 0.3339
    assert found.difference == pytest.approx(0.2)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_many_questions_at_once_are_paid_for_as_scipy_does_it(ps):
    assert adjusted(ps) == pytest.approx(list(stats.false_discovery_control(ps, method="bh")))


def test_no_question_costs_nothing():
    assert adjusted([]) == []


@pytest.mark.parametrize(("n", "base_n"), [(29, 100), (100, 29), (0, 0)])
def test_with_fewer_than_thirty_nothing_is_claimed(n, base_n):
    assert compared(Sample(n, 1, 1), Sample(base_n, 2, 1)) is None
    assert compared(Share(0, n), Share(0, base_n)) is None


def test_what_never_varies_differs_surely_or_not_at_all():
    assert p_of_means(Sample(30, 1, 0), Sample(30, 1, 0)) == 1
    assert p_of_means(Sample(30, 1, 0), Sample(30, 2, 0)) == 0
    assert p_of_shares(Share(0, 30), Share(0, 30)) == 1


@pytest.mark.parametrize(("hits", "n"), [(0, 30), (1, 30), (30, 30), (12, 345)])
def test_the_interval_of_a_share_is_wilsons(hits, n):
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    found = interval_of(Share(hits, n))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_interval_of_a_mean_is_students():
    values = [3.0, 5.0, 8.0, 1.0, 9.5]
    expected = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    found = interval_of(sample(values))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected)
    assert interval_of(Sample(1, 3.0, 0.0)) is None


def test_a_share_is_no_mean():
    with pytest.raises(TypeError):
        compared(Share(1, 30), Sample(30, 1, 1))


def test_absurd_scores_overflow_no_comparison():
    """A variance of 1e198 has a square that no float holds; of 1e200 there is no variance."""
    well = Sample(40, 0.8, 0.01)
    found = compared(Sample(40, 1e98, 1e198), well)
    assert 0 < found.p < 1
    assert compared(Sample(40, 1e198, math.inf), well) is None
    assert interval_of(Sample(40, 1e198, math.inf)) is None
    assert bounds.freedom(Sample(40, 1e98, 1e198), well) == pytest.approx(39)


def test_equal_costs_do_not_differ_by_what_adding_them_up_leaves():
    """Seen: 60 calls of $0.00000255 each, and 70 of the same, “differed” by 1.3e-21."""
    ours = Sample(60, 2.5500000000000013e-06, 3e-43)
    base = Sample(70, 2.55e-06, 0.0)
    found = compared(ours, base)
    assert (found.p, found.difference) == (1.0, 0.0)
    assert compared(Sample(60, 2.56e-06, 0.0), base).p == 0.0
