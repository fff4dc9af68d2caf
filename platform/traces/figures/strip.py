"""The strip above the list: how many per time and how many failed, and below it the slowest and the
cost of each time, as rectangles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from traces.queries.histogram import Bin, Histogram

WIDTH, HEIGHT = 960, 48
LANE = 14  # the height of the two lanes below


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle on a field of WIDTH × HEIGHT, or of WIDTH × LANE."""

    top: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """One bin: its place and its bars."""

    bin: Bin
    x: str
    width: str
    found: Bar
    errors: Bar
    slowest: Bar
    cost: Bar


@dataclass(frozen=True, slots=True)
class Strip:
    columns: list[Column]
    slowest: int  # of all bins, in nanoseconds
    dearest: Decimal  # the cost of the dearest bin

    @property
    def last(self) -> Column | None:
        """The last in which anything was found."""
        return next((one for one in reversed(self.columns) if one.bin.found), None)


def strip(histogram: Histogram) -> Strip:
    bins = histogram.bins
    slowest = max((one.slowest for one in bins), default=0)
    dearest = max((one.cost for one in bins), default=Decimal(0))
    return Strip(list(_columns(bins, slowest, dearest)), slowest, dearest)


def _columns(bins: list[Bin], slowest: int, dearest: Decimal) -> Iterator[Column]:
    most = max((one.found for one in bins), default=0) or 1
    step = WIDTH / max(len(bins), 1)
    for index, one in enumerate(bins):
        height = _visible(HEIGHT * one.found / most)
        errors = min(height, _visible(HEIGHT * one.errors / most))
        yield Column(
            bin=one,
            x=f"{index * step:.1f}",
            width=f"{step * 0.82:.1f}",
            found=Bar(f"{HEIGHT - height:.1f}", f"{height - errors:.1f}"),
            errors=Bar(f"{HEIGHT - errors:.1f}", f"{errors:.1f}"),
            slowest=_lane(one.slowest, slowest),
            cost=_lane(float(one.cost), float(dearest)),
        )


def _lane(value: float, most: float) -> Bar:
    height = _visible(LANE * value / most) if most else 0.0
    return Bar(f"{LANE - height:.1f}", f"{height:.1f}")


def _visible(height: float) -> float:
    """A bin with anything in it can be seen."""
    return max(height, 1.5) if height else 0.0
