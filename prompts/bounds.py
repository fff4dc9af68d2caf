"""How sure a comparison is: intervals and one-sided bounds. Pure.

A `confidence` is one-sided: at 0.99 the true figure is below the lower bound one time in a hundred.
numpy and scipy are imported where they are needed: they would cost every web process their memory.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

RESAMPLES = 1000
MOST_CELLS = 1 << 18  # of a resampling at a time


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between its two one-sided bounds."""

    low: float
    estimate: float
    high: float


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(confidence)


def share(hits: int, n: int, confidence: float) -> Interval:
    """Of a proportion. E. B. Wilson, “Probable inference, the law of succession, and statistical
    inference”, JASA 22 (1927): good near 0 and 1 and for few observations.
    """
    z, p = _z(confidence), hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return Interval(low, p, high)


def share_difference(hits: int, n: int, base_hits: int, base_n: int, confidence: float) -> Interval:
    """Of two proportions, ours less the base's. R. G. Newcombe, “Interval estimation for the
    difference between independent proportions”, Statistics in Medicine 17 (1998), method 10.
    """
    ours, base = share(hits, n, confidence), share(base_hits, base_n, confidence)
    difference = ours.estimate - base.estimate
    below = math.hypot(ours.estimate - ours.low, base.high - base.estimate)
    above = math.hypot(ours.high - ours.estimate, base.estimate - base.low)
    return Interval(difference - below, difference, difference + above)


def mean(estimate: float, variance: float, n: int, confidence: float) -> Interval:
    """Of a mean, by Student's t with n - 1 degrees of freedom; needs two observations."""
    half = _t(confidence, n - 1) * math.sqrt(variance / n)
    return Interval(estimate - half, estimate, estimate + half)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a mean is known by."""

    n: int
    mean: float
    variance: float


def mean_difference(ours: Sample, base: Sample, confidence: float) -> Interval:
    """Of two means, ours less the base's. B. L. Welch, “The generalization of ‘Student's’ problem
    when several different population variances are involved”, Biometrika 34 (1947); needs two
    observations of each.
    """
    difference = ours.mean - base.mean
    a, b = ours.variance / ours.n, base.variance / base.n
    if a + b == 0:
        return Interval(difference, difference, difference)
    freedom = (a + b) ** 2 / (a * a / (ours.n - 1) + b * b / (base.n - 1))
    half = _t(confidence, freedom) * math.sqrt(a + b)
    return Interval(difference - half, difference, difference + half)


def _t(confidence: float, freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, confidence))


def quantile(values: Sequence[float], level: float, confidence: float) -> Interval:
    """Of a quantile, by the order statistics whose ranks lie about it, whatever the distribution.
    W. J. Conover, “Practical Nonparametric Statistics” (3rd ed., 1999), section 3.2.
    """
    ordered, n = sorted(values), len(values)
    half = _z(confidence) * math.sqrt(n * level * (1 - level))

    def ranked(rank: float) -> float:
        return ordered[min(max(math.ceil(rank), 1), n) - 1]

    return Interval(ranked(n * level - half), ranked(n * level), ranked(n * level + half + 1))


def mean_ratio(ours: Sequence[float], base: Sequence[float], confidence: float) -> Interval:
    """Of two means, ours to the base's, by the percentile bootstrap: B. Efron, R. J. Tibshirani,
    “An Introduction to the Bootstrap” (1993), chapter 13.
    """
    return _ratio(ours, base, None, confidence)


def quantile_ratio(
    ours: Sequence[float], base: Sequence[float], level: float, confidence: float
) -> Interval:
    """Of two quantiles, by the same bootstrap."""
    return _ratio(ours, base, level, confidence)


def _ratio(
    ours: Sequence[float], base: Sequence[float], level: float | None, confidence: float
) -> Interval:
    import numpy as np

    def of(values):
        if level is None:
            return np.mean(values, axis=-1)
        return np.quantile(values, level, axis=-1)

    # The same figures give the same decision in every process.
    random = np.random.default_rng(0)

    def resampled(values):
        rows = max(1, MOST_CELLS // len(values))
        parts = [
            of(random.choice(values, (min(rows, RESAMPLES - done), len(values))))
            for done in range(0, RESAMPLES, rows)
        ]
        return np.concatenate(parts)

    mine, theirs = np.asarray(ours, dtype=float), np.asarray(base, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.nan_to_num(resampled(mine) / resampled(theirs), nan=1.0, posinf=1e9)
        estimate = float(np.nan_to_num(of(mine) / of(theirs), nan=1.0, posinf=1e9))
    low, high = np.quantile(ratios, (1 - confidence, confidence))
    return Interval(float(low), estimate, float(high))
