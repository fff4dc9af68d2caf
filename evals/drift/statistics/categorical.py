"""Two samples of categories, by how often each side has each."""

import math

import numpy as np
from scipy import stats
from scipy.special import ndtr, xlogy

from evals.drift.statistics.cells import shares
from evals.drift.statistics.permuting import p_of_counts
from evals.drift.statistics.samples import SAME, Counts, Measured, NotComparable, Numbers
from evals.drift.statistics.shares import jensen_shannon

LEAST_EXPECTED = 5  # in each cell, for the distribution of chi-square: W. G. Cochran (1954)


def chi_square(reference: Counts, current: Counts) -> Measured:
    """K. Pearson's, of homogeneity: both sides are samples. The effect is the Jensen–Shannon
    distance. Where a cell expects fewer than LEAST_EXPECTED, p is by permutation.
    """
    return _homogeneity(reference, current, "pearson")


def g(reference: Counts, current: Counts) -> Measured:
    """As `chi_square`, by the ratio of likelihoods."""
    return _homogeneity(reference, current, "log-likelihood")


def _homogeneity(reference: Counts, current: Counts, form: str) -> Measured:
    used = reference + current > 0
    reference, current = reference[used], current[used]
    if len(reference) == 1:
        return SAME
    found = stats.chi2_contingency([reference, current], correction=False, lambda_=form)
    p = float(found.pvalue)
    if found.expected_freq.min() < LEAST_EXPECTED:
        p = p_of_counts(reference, current, _pearson if form == "pearson" else _likelihood)
    return Measured(max(0.0, float(found.statistic)), _effect(reference, current), p)


def _expected(side: Counts, whole: Counts) -> Numbers:
    return np.asarray(whole / whole.sum(axis=-1, keepdims=True) * side.sum(axis=-1, keepdims=True))


def _pearson(reference: Counts, current: Counts) -> Numbers:
    found = np.zeros(len(reference))
    for side in (reference, current):
        expected = _expected(side, reference + current)
        found += ((side - expected) ** 2 / expected).sum(axis=-1)
    return found


def _likelihood(reference: Counts, current: Counts) -> Numbers:
    found = np.zeros(len(reference))
    for side in (reference, current):
        expected = _expected(side, reference + current)
        found += 2 * xlogy(side, side / expected).sum(axis=-1)
    return found


def chi_square_fit(reference: Counts, current: Counts) -> Measured:
    """Of the current to a reference that is known, not sampled: against a sample of the same size
    it calls 39 % of equal sources a drift, at six categories and a level of 5 %. A category that
    the reference has not is infinitely far off. The effect is that of `chi_square`.
    """
    return _fit(reference, current, "pearson")


def g_fit(reference: Counts, current: Counts) -> Measured:
    """As `chi_square_fit`, by the ratio of likelihoods."""
    return _fit(reference, current, "log-likelihood")


def _fit(reference: Counts, current: Counts, form: str) -> Measured:
    used = reference + current > 0
    reference, current = reference[used], current[used]
    if len(reference) == 1:
        return SAME
    effect = _effect(reference, current)
    if not reference.all():
        return Measured(math.inf, effect, 0.0)
    expected = shares(reference) * current.sum()
    found = stats.power_divergence(current, expected, lambda_=form)
    return Measured(max(0.0, float(found.statistic)), effect, float(found.pvalue))


def z(reference: Counts, current: Counts) -> Measured:
    """Of two shares, with their pooled variance, two-sided; below 0 where the current has more of
    the second category. The effect is J. Cohen's h, 2 (asin √c − asin √r), without its sign:
    “Statistical Power Analysis” (2nd ed., 1988), chapter 6.
    """
    if len(reference) > 2:
        raise NotComparable("The Z-test is of two categories, and here are more.")
    if len(reference) == 1:
        return SAME
    n, m = int(reference.sum()), int(current.sum())
    ours, theirs = int(reference[1]) / n, int(current[1]) / m
    pooled = (int(reference[1]) + int(current[1])) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if not spread:
        return SAME
    statistic = (ours - theirs) / spread
    h = 2 * abs(math.asin(math.sqrt(theirs)) - math.asin(math.sqrt(ours)))
    return Measured(statistic, h, float(min(1.0, 2 * ndtr(-abs(statistic)))))


def _effect(reference: Counts, current: Counts) -> float:
    return float(jensen_shannon(shares(reference), shares(current)))
