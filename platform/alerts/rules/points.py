"""What a rule looks at: a number for each bucket of time, and of how many things it is. Pure.

Moments are whole seconds since 1970, so that no clock's zone and no summer time has a say in them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alerts.incidents.tiers import Tier


@dataclass(frozen=True, slots=True)
class Point:
    """A bucket: `begin` included, `end` not. A value of None is unknown, and 0 is known to be
    nothing; `samples` are the things that the value is made of.
    """

    begin: int
    end: int
    value: float | None
    samples: int

    @property
    def middle(self) -> float:
        return (self.begin + self.end) / 2


Series = Sequence[Point]  # in the order of time


class Side(StrEnum):
    """Which way is bad."""

    ABOVE = "above"
    BELOW = "below"
    EITHER = "either"


class Verdict(StrEnum):
    """What a bucket says. BETWEEN is not bad enough to begin, and too bad to be over."""

    BAD = "bad"
    BETWEEN = "between"
    GOOD = "good"
    TOO_FEW = "too_few"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How something that is judged elsewhere stood from a moment on, until it was judged again."""

    at: int
    value: float | None
    samples: int
    limit: float | None = None
    is_bad: bool = False
    evidence: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """From where on it is of this tier."""

    tier: Tier
    value: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A bucket, judged. `limit` is what the value was held against, `low` and `high` the band in
    which it was expected, `evidence` what else was worked out (all numbers and words).
    """

    point: Point
    verdict: Verdict
    value: float | None = None
    tier: Tier | None = None
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    evidence: dict[str, Any] | None = None

    @property
    def end(self) -> int:
        return self.point.end


def between(series: Series, since: float, until: float) -> Series:
    """Those whose middle lies in the time: an hour that a zone moves a bucket by does no harm."""
    low = bisect_left(series, since, key=lambda point: point.middle)
    return series[low : bisect_left(series, until, key=lambda point: point.middle)]


def weighted_mean(points: Iterable[Point]) -> tuple[float | None, int]:
    """Of averages and rates: each bucket counts as often as it has samples. And their number."""
    known = [point for point in points if point.value is not None and point.samples > 0]
    samples = sum(point.samples for point in known)
    if not samples:
        return None, 0
    return sum((point.value or 0) * point.samples for point in known) / samples, samples


def plain_mean(points: Iterable[Point]) -> tuple[float | None, int]:
    """Of counts and sums: each bucket counts once. And the number of samples."""
    known = [point for point in points if point.value is not None]
    if not known:
        return None, 0
    samples = sum(point.samples for point in known)
    return sum(point.value or 0 for point in known) / len(known), samples
