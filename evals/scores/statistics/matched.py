"""Two runs' passes and failures on the same items."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evals.scores.statistics.paired import p_of_signs
from prompts.bounds import Interval, share
from prompts.figures.statistics import CONFIDENCE


@dataclass(frozen=True, slots=True)
class Matched:
    """How many of `n` items pass in both runs, in ours alone (`fixed`), in the base alone
    (`broken`), in neither. `interval` is of 95 %, of the difference of the shares; `p` is
    McNemar's, exact.
    """

    both: int
    fixed: int
    broken: int
    neither: int
    interval: Interval
    p: float

    @property
    def n(self) -> int:
        return self.both + self.fixed + self.broken + self.neither

    @property
    def difference(self) -> float:
        return self.interval.estimate


def matched(ours: Sequence[bool], base: Sequence[bool]) -> Matched | None:
    """None where there is no pair."""
    pairs = Counter(zip(ours, base, strict=True))
    if not pairs:
        return None
    both, fixed = pairs[True, True], pairs[True, False]
    broken, neither = pairs[False, True], pairs[False, False]
    interval = share_difference(both, fixed, broken, neither)
    return Matched(both, fixed, broken, neither, interval, p_of_signs(fixed, broken))


def share_difference(both: int, fixed: int, broken: int, neither: int) -> Interval:
    """R. G. Newcombe, “Improved confidence intervals for the difference between binomial
    proportions based on paired data”, Statistics in Medicine 17 (1998), method 10.
    """
    n = both + fixed + broken + neither
    ours, base = share(both + fixed, n, CONFIDENCE), share(both + broken, n, CONFIDENCE)
    phi = _correlation(both, fixed, broken, neither)
    difference = (fixed - broken) / n

    def reach(one: float, other: float) -> float:
        return max(0.0, one * one - 2 * phi * one * other + other * other) ** 0.5

    below = reach(ours.estimate - ours.low, base.high - base.estimate)
    above = reach(base.estimate - base.low, ours.high - ours.estimate)
    return Interval(max(-1.0, difference - below), difference, min(1.0, difference + above))


def _correlation(both: int, fixed: int, broken: int, neither: int) -> float:
    """Corrected for continuity where the runs agree, as Newcombe's method 10 does."""
    margins = (both + fixed) * (broken + neither) * (both + broken) * (fixed + neither)
    if not margins:
        return 0.0
    n, product = both + fixed + broken + neither, both * neither - fixed * broken
    return (max(product - n / 2, 0) if product > 0 else product) / margins**0.5
