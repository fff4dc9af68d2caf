"""Which calls are looked at, and how what they show is told of all. Pure.

Where there are too many calls, some stretches of time are read, spread evenly over the days and the
hours of the day: calls that repeat each other stand close together, so that a sample of single
calls would miss them. A stretch begins with empty caches, so that what is found is rather too
little.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboards.budgets.forecast import CONFIDENCE, Amount

HOUR = 3_600_000_000_000
FEWEST, MOST = 4, 30
WANTED = 2 * HOUR  # of a stretch, where that can be
REPEATS = 400
GOLDEN = 0.618033988749895  # spreads the beginnings over the hours of the day

Stretch = tuple[int, int]


def stretches(since: int, until: int, calls: int, most: int) -> list[Stretch]:
    """The whole time where no more than `most` calls are in it, else as much of it as holds about
    so many.
    """
    if calls <= most:
        return [(since, until)]
    length = (until - since) * most // calls
    number = min(max(length // WANTED, FEWEST), MOST)
    each, room = length // number, (until - since) // number
    return [
        (start, start + each)
        for n in range(number)
        for start in (since + n * room + int((room - each) * (n * GOLDEN % 1)),)
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """Of one stretch: dollars that its calls cost, and how many of them would have been saved."""

    cost: float
    saved: float


def ratio(parts: Sequence[Part]) -> Amount:
    """Which share of the cost is saved, with the interval that resampling the stretches gives. Of a
    single stretch, which is all of it, there is nothing to guess.
    """
    cost, saved = (
        np.array([getattr(one, name) for one in parts], dtype=float) for name in ("cost", "saved")
    )
    whole = float(cost.sum())
    share = float(saved.sum()) / whole if whole > 0 else 0.0
    if len(parts) < FEWEST or whole <= 0:
        return Amount(share, share, share)
    chosen = np.random.default_rng(7).integers(len(parts), size=(REPEATS, len(parts)))
    sums = cost[chosen].sum(axis=1)
    drawn = saved[chosen].sum(axis=1)[sums > 0] / sums[sums > 0]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Amount(share, min(float(low), share), max(float(high), share))


def place_of(at: int, chosen: Sequence[Stretch]) -> int:
    """In which stretch a moment lies."""
    return max(bisect_right([since for since, _until in chosen], at) - 1, 0)
