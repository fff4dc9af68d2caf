"""Since when calls take more input than they did before. Pure.

A day is high where its mean input per call is more than 1.5 times the median of the earlier days
that were not high, lies beyond that median by five of their median absolute deviations (scaled to
be a standard deviation of a normal distribution), and is a fifth above the highest of them. Days of
few calls are passed over. A run of high days is a turn: it lasts, or it is over when a day is back
among the earlier ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

EFFECT = 1.5
DEVIATIONS = 5.0
BEYOND = 1.2  # of the highest day before
TO_SIGMA = 1.4826  # of a normal distribution
LEAST_DAYS = 5
LEAST_CALLS_A_DAY, LEAST_CALLS = 3, 20


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of one day, and the input tokens of all of them together."""

    day: date
    calls: int
    tokens: float

    @property
    def mean(self) -> float:
        return self.tokens / self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`usual` is the median of a day's mean before it, `mean` is per call since; `last` is its last
    high day, and it lasts unless `is_over`. `calls_before` are those of the days compared with.
    """

    first: date
    last: date
    is_over: bool
    usual: float
    mean: float
    calls: int
    days: int
    calls_before: int

    @property
    def factor(self) -> float:
        return self.mean / self.usual if self.usual else float("inf")

    @property
    def extra_tokens_a_day(self) -> float:
        return (self.mean - self.usual) * self.calls / self.days


def turns(days: Sequence[Day]) -> list[Turn]:
    """In order of time. Days come in order; those without calls may be missing."""
    usual: list[Day] = []
    high: list[Day] = []
    found: list[Turn] = []
    for day in days:
        if day.calls < LEAST_CALLS_A_DAY:
            continue
        if is_high(day, usual):
            high.append(day)
            continue
        found += _turn(usual, high, is_over=True)
        high = []
        usual.append(day)
    return found + _turn(usual, high, is_over=False)


def is_high(day: Day, earlier: Sequence[Day]) -> bool:
    if len(earlier) < LEAST_DAYS:
        return False
    means = [one.mean for one in earlier]
    middle = median(means)
    spread = TO_SIGMA * median(abs(one - middle) for one in means)
    bound = max(EFFECT * middle, middle + DEVIATIONS * spread, BEYOND * max(means))
    return day.mean > bound


def _turn(usual: Sequence[Day], high: Sequence[Day], *, is_over: bool) -> list[Turn]:
    calls, before = sum(one.calls for one in high), sum(one.calls for one in usual)
    if calls < LEAST_CALLS or before < LEAST_CALLS:
        return []
    return [
        Turn(
            first=high[0].day,
            last=high[-1].day,
            is_over=is_over,
            usual=median(one.mean for one in usual),
            mean=sum(one.tokens for one in high) / calls,
            calls=calls,
            days=len(high),
            calls_before=before,
        )
    ]
