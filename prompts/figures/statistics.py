"""Whether two versions differ, or chance makes them look so. Pure.

Intervals are `prompts.bounds`'; here are the p-values that go with them. scipy is imported where it
is needed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from prompts import bounds
from prompts.bounds import Interval, Sample

LEAST = 30  # of each version: with fewer, neither interval nor p-value is to be trusted
CONFIDENCE = 0.975  # one-sided: intervals of 95 %
ALPHA = 0.05
WELCH, PROPORTIONS = "welch", "proportions"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    hits: int
    n: int

    @property
    def mean(self) -> float:
        return self.hits / self.n


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours less the base's, with its interval of 95 % and what of it chance explains."""

    interval: Interval
    p: float
    method: str

    @property
    def difference(self) -> float:
        return self.interval.estimate


def compared(ours: Sample | Share, base: Sample | Share) -> Comparison | None:
    """None where either is of fewer than LEAST, or too large to reckon with."""
    if ours.n < LEAST or base.n < LEAST:
        return None
    if isinstance(ours, Share) and isinstance(base, Share):
        interval = bounds.share_difference(ours.hits, ours.n, base.hits, base.n, CONFIDENCE)
        return Comparison(interval, p_of_shares(ours, base), PROPORTIONS)
    if isinstance(ours, Sample) and isinstance(base, Sample):
        ours, base = settled(ours), settled(base)
        interval = bounds.mean_difference(ours, base, CONFIDENCE)
        if not bounds.is_finite(interval):
            return None
        return Comparison(interval, p_of_means(ours, base), WELCH)
    raise TypeError("A share compares with a share, and a mean with a mean.")


def settled(sample: Sample) -> Sample:
    """Without what adding up binary fractions leaves: equal costs have equal means, no spread."""
    mean = float(f"{sample.mean:.12g}")
    is_noise = sample.variance >= 0 and math.sqrt(sample.variance) <= abs(mean) * 1e-9
    return replace(sample, mean=mean, variance=0.0 if is_noise else sample.variance)


def p_of_means(ours: Sample, base: Sample) -> float:
    """Of Welch's t-test, two-sided: the variances need not be the same."""
    from scipy.special import stdtr

    a, b = ours.variance / ours.n, base.variance / base.n
    if a + b == 0:
        return 1.0 if ours.mean == base.mean else 0.0
    t = (ours.mean - base.mean) / math.sqrt(a + b)
    return float(min(1.0, 2 * stdtr(bounds.freedom(ours, base), -abs(t))))


def p_of_shares(ours: Share, base: Share) -> float:
    """Of the z-test of two proportions with their pooled variance, two-sided."""
    pooled = (ours.hits + base.hits) / (ours.n + base.n)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / ours.n + 1 / base.n))
    if spread == 0:
        return 1.0
    return min(1.0, 2 * NormalDist().cdf(-abs(ours.mean - base.mean) / spread))


def adjusted(ps: Sequence[float]) -> list[float]:
    """For having asked so many questions at once. Y. Benjamini, Y. Hochberg, “Controlling the false
    discovery rate”, Journal of the Royal Statistical Society B 57 (1995).
    """
    falling = sorted(range(len(ps)), key=lambda index: ps[index], reverse=True)
    found, least = [0.0] * len(ps), 1.0
    for left, index in enumerate(falling):
        least = min(least, ps[index] * len(ps) / (len(ps) - left))
        found[index] = least
    return found


def interval_of(one: Sample | Share) -> Interval | None:
    """Of 95 %, by Student's t or by Wilson; None where there is too little, or it is too large to
    reckon with.
    """
    if one.n < 2:
        return None
    if isinstance(one, Share):
        return bounds.share(one.hits, one.n, CONFIDENCE)
    found = bounds.mean(one.mean, one.variance, one.n, CONFIDENCE)
    return found if bounds.is_finite(found) else None
