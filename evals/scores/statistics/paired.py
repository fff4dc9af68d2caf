"""Two runs' figures of the same items: how far apart they are, and whether chance explains it.

numpy and scipy are imported where they are needed: they would cost every web process their memory.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prompts import bounds
from prompts.bounds import Interval, Sample
from prompts.figures.statistics import CONFIDENCE, settled

LEAST = 6  # with five pairs even five alike in sign have p = 0.06
RESAMPLES = 2_000
SIGNS = 4_000  # drawings of signs, where there are too many to look at each
MOST_EXACT = 12  # pairs: 4,096 ways to set their signs
# With more pairs Student's t tells the same to the third digit, at a hundredth of the time.
MOST_RESAMPLED = 500
POWER, ALPHA = 0.8, 0.05
NOISE = 1e-9  # of the figures: what adding binary fractions up leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Ours less the base's, over `n` items that both have. `better` and `worse` count items whose
    figure is higher, and lower; `p_signs` is of the sign test of these, a second opinion that no
    outlier sways. `effect` is the mean difference in standard deviations of the differences, and
    `detectable` the smallest one that so many items would find four times out of five. Nothing is
    told that so few items cannot tell.
    """

    n: int
    difference: float
    better: int
    worse: int
    interval: Interval | None = None
    p: float | None = None
    p_signs: float | None = None
    effect: float | None = None
    detectable: float | None = None


def paired(ours: Sequence[float], base: Sequence[float]) -> Paired | None:
    """None where there is no pair, or figures too large to reckon with. The same figures give the
    same answer, in every process.
    """
    import numpy as np

    mine, theirs = np.asarray(ours, dtype=float), np.asarray(base, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = mine - theirs
        apart[np.abs(apart) <= NOISE * np.maximum(np.abs(mine), np.abs(theirs))] = 0.0
        sample = _sample(apart)
    if sample is None:
        return None
    better, worse = int((apart > 0).sum()), int((apart < 0).sum())
    if sample.n < LEAST:
        return Paired(n=sample.n, difference=sample.mean, better=better, worse=worse)
    spread = math.sqrt(sample.variance)
    return Paired(
        n=sample.n,
        difference=sample.mean,
        better=better,
        worse=worse,
        interval=interval_of(apart, sample),
        p=p_of(apart, sample),
        p_signs=p_of_signs(better, worse),
        effect=sample.mean / spread if spread else None,
        detectable=detectable(spread, sample.n),
    )


def _sample(apart: Any) -> Sample | None:
    if not len(apart):
        return None
    mean = float(apart.mean())
    variance = float(apart.var(ddof=1)) if len(apart) > 1 else 0.0
    if not math.isfinite(mean) or not math.isfinite(variance):
        return None
    return settled(Sample(len(apart), mean, variance))


def interval_of(apart: Any, sample: Sample) -> Interval:
    """Of 95 %, of the mean: by the bootstrap, corrected for bias and skew (BCa). B. Efron, “Better
    bootstrap confidence intervals”, JASA 82 (1987).
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    if not sample.variance:
        return Interval(sample.mean, sample.mean, sample.mean)
    if sample.n > MOST_RESAMPLED:
        return bounds.mean(sample.mean, sample.variance, sample.n, CONFIDENCE)
    means = resampled_means(apart)
    below = ((means < sample.mean).sum() + (means <= sample.mean).sum()) / (2 * RESAMPLES)
    bias = ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    # Scaled, so that no power of it overflows.
    centred = (apart - sample.mean) / math.sqrt(sample.variance)
    skew = float((centred**3).sum() / (6 * (centred**2).sum() ** 1.5))
    ends = np.array([ndtri(1 - CONFIDENCE), ndtri(CONFIDENCE)]) + bias
    low, high = np.quantile(means, ndtr(bias + ends / (1 - skew * ends)))
    return Interval(float(low), sample.mean, float(high))


def resampled_means(apart: Any) -> Any:
    import numpy as np

    # The same figures give the same interval each time that a page is opened.
    random = np.random.default_rng(0)
    return apart[random.integers(0, len(apart), (RESAMPLES, len(apart)))].mean(axis=1)


def p_of(apart: Any, sample: Sample) -> float:
    """That a mean difference as large comes about although either run could have had either figure
    of each item: R. A. Fisher, “The Design of Experiments” (1935), section 21. Two-sided.
    """
    import numpy as np

    moved = apart[apart != 0]
    if not len(moved):
        return 1.0
    if sample.n > MOST_RESAMPLED:
        return _p_of_t(sample)
    if is_exact := len(moved) <= MOST_EXACT:
        ways = np.arange(1 << len(moved))[:, None] >> np.arange(len(moved)) & 1
    else:
        ways = np.random.default_rng(0).integers(0, 2, (SIGNS, len(moved)))
    scaled = moved / np.abs(moved).max()
    sums = np.abs((1 - 2 * ways) @ scaled)
    as_large = int((sums >= abs(scaled.sum()) * (1 - NOISE)).sum())
    # What was found is one of the ways, too, so that no p is nought.
    return as_large / len(ways) if is_exact else (as_large + 1) / (len(ways) + 1)


def _p_of_t(sample: Sample) -> float:
    from scipy.special import stdtr

    if not sample.variance:
        return 0.0 if sample.mean else 1.0
    t = sample.mean / math.sqrt(sample.variance / sample.n)
    return float(min(1.0, 2 * stdtr(sample.n - 1, -abs(t))))


def p_of_signs(better: int, worse: int) -> float:
    """That of so many items which moved, so few went the one way: the exact binomial test with one
    half, two-sided. Of passes and failures it is McNemar's exact test. Q. McNemar, “Note on the
    sampling error of the difference between correlated proportions”, Psychometrika 12 (1947).
    """
    from scipy.special import bdtr

    moved = better + worse
    return min(1.0, 2 * float(bdtr(float(min(better, worse)), moved, 0.5))) if moved else 1.0


def detectable(spread: float, n: int) -> float:
    from scipy.special import stdtrit

    reach = float(stdtrit(n - 1, 1 - ALPHA / 2) + stdtrit(n - 1, POWER))
    return reach * spread / math.sqrt(n)
