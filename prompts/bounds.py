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
VAST = 1e9  # a ratio to nothing
MOST_EXPONENT = 300.0


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
    return _shares_apart(share(hits, n, confidence), share(base_hits, base_n, confidence))


def exact_share(hits: int, n: int, confidence: float) -> Interval:
    """As `share`, and never wrong more often than it says, for confidences near 1 too. C. J.
    Clopper, E. S. Pearson, “The use of confidence or fiducial limits”, Biometrika 26 (1934).
    """
    from scipy.special import betaincinv

    low = float(betaincinv(hits, n - hits + 1, 1 - confidence)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, confidence)) if hits < n else 1.0
    return Interval(low, hits / n, high)


def exact_share_difference(
    hits: int, n: int, base_hits: int, base_n: int, confidence: float
) -> Interval:
    """As `share_difference`, of exact limits: for looks that are seldom to be wrong."""
    ours, base = exact_share(hits, n, confidence), exact_share(base_hits, base_n, confidence)
    return _shares_apart(ours, base)


def _shares_apart(ours: Interval, base: Interval) -> Interval:
    difference = ours.estimate - base.estimate
    below = math.hypot(ours.estimate - ours.low, base.high - base.estimate)
    above = math.hypot(ours.high - ours.estimate, base.estimate - base.low)
    return Interval(difference - below, difference, difference + above)


def is_finite(interval: Interval) -> bool:
    """Whether it says anything: scores may be so large that their spread is no number."""
    return all(map(math.isfinite, (interval.low, interval.estimate, interval.high)))


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
    half = _t(confidence, freedom(ours, base)) * math.sqrt(a + b)
    return Interval(difference - half, difference, difference + half)


def freedom(ours: Sample, base: Sample) -> float:
    """Welch's degrees of freedom, of samples with any spread: by the share that each has in it, as
    the squares of variances may be more than a float holds.
    """
    return _freedom(ours.variance / ours.n, ours.n, base.variance / base.n, base.n)


def _freedom(a: float, n: int, b: float, base_n: int) -> float:
    part = a / (a + b)
    return 1 / (part * part / (n - 1) + (1 - part) ** 2 / (base_n - 1))


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
    “An Introduction to the Bootstrap” (1993), chapter 13. A thousand resamples say nothing of
    what happens less often than that: see `sample_ratio`.
    """
    import numpy as np

    # The same figures give the same decision in every process.
    random = np.random.default_rng(0)

    def resampled(values):
        rows = max(1, MOST_CELLS // len(values))
        parts = [
            np.mean(random.choice(values, (min(rows, RESAMPLES - done), len(values))), axis=-1)
            for done in range(0, RESAMPLES, rows)
        ]
        return np.concatenate(parts)

    mine, theirs = np.asarray(ours, dtype=float), np.asarray(base, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.nan_to_num(resampled(mine) / resampled(theirs), nan=1.0, posinf=VAST)
    low, high = np.quantile(ratios, (1 - confidence, confidence))
    return Interval(float(low), _divided(float(mine.mean()), float(theirs.mean())), float(high))


def _divided(ours: float, base: float) -> float:
    return ours / base if base else VAST if ours else 1.0


def sample_of(values: Sequence[float]) -> Sample:
    """Of two values or more."""
    import numpy as np

    return Sample(len(values), float(np.mean(values)), float(np.var(values, ddof=1)))


def sample_ratio(ours: Sample, base: Sample, confidence: float) -> Interval:
    """Of two means of figures that are not below 0, ours to the base's, on the scale of logarithms
    by the delta method (G. Casella, R. L. Berger, “Statistical Inference”, 2nd ed. 2002, section
    5.5.4) with Student's t: also for confidences that a bootstrap cannot tell of.
    """
    ratio = _divided(ours.mean, base.mean)
    if not ours.mean or not base.mean:
        return Interval(ratio, ratio, ratio)
    a = ours.variance / ours.n / ours.mean**2
    b = base.variance / base.n / base.mean**2
    if a + b == 0:
        return Interval(ratio, ratio, ratio)
    half = _t(confidence, _freedom(a, ours.n, b, base.n)) * math.sqrt(a + b)
    return Interval(ratio * math.exp(-half), ratio, ratio * math.exp(min(half, MOST_EXPONENT)))


def quantile_ratio(
    ours: Sequence[float], base: Sequence[float], level: float, confidence: float
) -> Interval:
    """Of two quantiles of figures that are not below 0, whatever their distributions: each bound is
    of two order statistics (Conover, as above), either of which is wrong half as often.
    """
    each = 1 - (1 - confidence) / 2
    mine, theirs = _exact(ours, level, each), _exact(base, level, each)
    low = 0.0 if math.isinf(theirs.high) else _divided(mine.low, theirs.high)
    high = VAST if math.isinf(mine.high) else _divided(mine.high, theirs.low)
    return Interval(low, _divided(mine.estimate, theirs.estimate), high)


def _exact(values: Sequence[float], level: float, confidence: float) -> Interval:
    """A quantile by exact ranks: from 0 to infinity where there are too few values for a bound."""
    import numpy as np
    from scipy.special import bdtr

    ordered, n = sorted(values), len(values)
    below = bdtr(np.arange(n, dtype=float), n, level)  # at most so many lie below the quantile
    wrong = 1 - confidence
    low, high = int((below <= wrong).sum()), int((1 - below > wrong).sum()) + 1
    return Interval(
        ordered[low - 1] if low else 0.0,
        ordered[math.ceil(n * level) - 1],
        ordered[high - 1] if high <= n else math.inf,
    )
