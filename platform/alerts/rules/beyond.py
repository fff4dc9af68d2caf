"""Whether a value is beyond a limit: on its bad side, surely where that is asked, and back again.
Pure.
"""

from collections.abc import Iterable

from alerts.incidents.tiers import Tier
from alerts.rules.points import Limit, Side, Verdict
from prompts.bounds import share

SURE = 0.975  # one-sided: the ends of an interval of 95 %


def wilson(bad: float, samples: int) -> tuple[float, float]:
    """The interval in which a rate lies 19 times in 20: E. B. Wilson, JASA 22 (1927)."""
    found = share(round(bad), samples, SURE)
    return found.low, found.high


def sure_value(value: float, samples: int, side: Side) -> float:
    """Of a rate that is seen in few things, the end of its interval that is least bad. Rates lie
    between 0 and 1; what does not is no rate, and taken as it is.
    """
    if not 0 <= value <= 1 or samples < 1 or side == Side.EITHER:
        return value
    low, high = wilson(value * samples, samples)
    return low if side == Side.ABOVE else high


def is_beyond(value: float, limit: float, side: Side) -> bool:
    """Never where it equals the limit. Of EITHER, the limit is of the distance from 0."""
    if side == Side.BELOW:
        return value < limit
    return (abs(value) if side == Side.EITHER else value) > limit


def worst(value: float, limits: Iterable[Limit], side: Side) -> Limit | None:
    """The highest tier whose limit the value is beyond."""
    passed = [limit for limit in limits if is_beyond(value, limit.value, side)]
    return max(passed, key=lambda limit: limit.tier.rank, default=None)


def first_limit(limits: Iterable[Limit]) -> Limit:
    """Of the lowest tier: what a value that is not bad is shown against."""
    return min(limits, key=lambda limit: limit.tier.rank)


def judged(
    value: float,
    sure: float,
    limits: tuple[Limit, ...],
    side: Side,
    recovery: float | None,
) -> tuple[Verdict, Tier | None, float]:
    """The verdict, its tier and the limit. `sure` begins, `value` recovers: beyond the recovery
    limit it is not over.
    """
    if passed := worst(sure, limits, side):
        return Verdict.BAD, passed.tier, passed.value
    first = first_limit(limits)
    back = first.value if recovery is None else recovery
    verdict = Verdict.BETWEEN if is_beyond(value, back, side) else Verdict.GOOD
    return verdict, None, first.value
