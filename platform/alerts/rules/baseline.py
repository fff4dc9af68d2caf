"""What is usual at an hour of the week, and how far a value is from it. Pure.

The median and the MAD of the same hour in earlier weeks; where these are too few, of the same hour
of the day; else an exponentially weighted mean of the last 24 hours.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from alerts.rules.points import Point, Side

HOUR, DAY, WEEK = 3600, 86_400, 604_800
LEAST = 3  # values of the same hour
TO_SIGMA = 1.4826  # the MAD of a normal distribution, as its standard deviation
ALPHA = 0.1
HOUR_OF_WEEK, HOUR_OF_DAY, LAST_DAY = "hour of the week", "hour of the day", "last day"
Times = Sequence[tuple[int, int]]  # begins and ends


@dataclass(frozen=True, slots=True)
class Baseline:
    """`centre` and `spread` as they are compared, of a rate arcsin √p."""

    centre: float
    spread: float
    made_of: str
    is_rate: bool = False

    def z(self, value: float) -> float:
        return (scaled(value, self.is_rate) - self.centre) / self.spread

    def band(self, z: float) -> tuple[float, float]:
        """From where to where a value is within `z`."""
        low, high = self.centre - z * self.spread, self.centre + z * self.spread
        return unscaled(low, self.is_rate), unscaled(high, self.is_rate)

    @property
    def usual(self) -> float:
        return unscaled(self.centre, self.is_rate)


def scaled(value: float, is_rate: bool) -> float:
    """The variance of arcsin √p does not depend on p."""
    return math.asin(math.sqrt(min(max(value, 0.0), 1.0))) if is_rate else value


def unscaled(value: float, is_rate: bool) -> float:
    return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2 if is_rate else value


def spread_of(values: Sequence[float], relative_floor: float, absolute_floor: float) -> float:
    """σ̂ = max(1.4826 · MAD, relative floor · |median|, absolute floor), and never 0."""
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return max(TO_SIGMA * mad, relative_floor * abs(centre), absolute_floor, 1e-9)


class Usual:
    """The baselines of one series, indexed once. What lies in `without` (incidents, silences) is no
    part of them.
    """

    def __init__(
        self,
        series: Sequence[Point],
        *,
        weeks: int = 4,
        relative_floor: float = 0.05,
        absolute_floor: float = 0.0,
        is_rate: bool = False,
        without: Times = (),
    ) -> None:
        self.weeks, self.is_rate = weeks, is_rate
        self.floors = (relative_floor, absolute_floor)
        self.seen = [
            (point.begin, scaled(point.value, is_rate))
            for point in series
            if point.value is not None and point.samples > 0 and not _is_within(point, without)
        ]
        self.begin = self.seen[0][0] if self.seen else None
        self.by_hour: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        for at, value in self.seen:
            for span in (WEEK, DAY):
                self.by_hour[span, _hour(at, span)].append((at, value))

    def at(self, begin: int, frozen_at: int | None = None) -> Baseline | None:
        """Of the bucket that begins then, from those before it. None without any. Nothing from
        `frozen_at` on is part of it: what is judged now must not become what is usual.
        """
        until = begin if frozen_at is None else min(begin, frozen_at)
        since = begin - self.weeks * WEEK
        for span, made_of in ((WEEK, HOUR_OF_WEEK), (DAY, HOUR_OF_DAY)):
            same = _cut(self.by_hour[span, _hour(begin, span)], since, until)
            if len(same) >= LEAST:
                return self._made(median(same), same, made_of)
        last = _cut(self.seen, until - DAY, until)
        return self._made(_ewma(last), last, LAST_DAY) if len(last) >= LEAST else None

    def has_learned(self, begin: int, days: int) -> bool:
        """Whether the first value is that old."""
        return self.begin is not None and begin - self.begin >= days * DAY

    def _made(self, centre: float, values: list[float], made_of: str) -> Baseline:
        return Baseline(centre, spread_of(values, *self.floors), made_of, self.is_rate)


def _is_within(point: Point, times: Times) -> bool:
    return any(begin < point.end and point.begin < end for begin, end in times)


def _cut(values: list[tuple[int, float]], since: int, until: int) -> list[float]:
    low = bisect_left(values, since, key=lambda one: one[0])
    high = bisect_left(values, until, key=lambda one: one[0])
    return [value for _at, value in values[low:high]]


def _hour(begin: int, span: int) -> int:
    return begin // HOUR % (span // HOUR)


def _ewma(values: Sequence[float]) -> float:
    level = values[0]
    for value in values[1:]:
        level += ALPHA * (value - level)
    return level


def oriented(z: float, side: Side) -> float:
    """Positive is bad."""
    return {Side.ABOVE: z, Side.BELOW: -z, Side.EITHER: abs(z)}[side]
