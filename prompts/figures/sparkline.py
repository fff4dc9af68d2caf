"""Small lines of a figure over time, as paths of an SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120, 28, 2

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spark:
    """`ours` and `base` are paths on a field of WIDTH × HEIGHT, on one scale that begins at 0 where
    nothing is below.
    """

    ours: str
    base: str
    least: float
    most: float


def spark(ours: Values, base: Values = ()) -> Spark | None:
    """None where there is nothing to draw. What is None, or no number, leaves a gap."""
    ours, base = _drawable(ours), _drawable(base)
    known = [value for value in (*ours, *base) if value is not None]
    if not known:
        return None
    low, high = min(0.0, *known), max(known)
    reach = (high - low) or 1.0

    def points(values: Values) -> Iterable[str | None]:
        step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
        for index, value in enumerate(values):
            if value is None:
                yield None
                continue
            height = (HEIGHT - 2 * EDGE) * (value - low) / reach
            yield f"{EDGE + index * step:.1f},{HEIGHT - EDGE - height:.1f}"

    return Spark(_path(points(ours)), _path(points(base)), min(known), high)


def _drawable(values: Values) -> Values:
    return [None if value is None or not math.isfinite(value) else value for value in values]


def _path(points: Iterable[str | None]) -> str:
    """A point by itself becomes a line of no length, which round ends make a dot of."""
    parts, before = [], None
    for point in points:
        if point is not None:
            parts.append(f"L{point}" if before else f"M{point}l0,0")
        before = point
    return "".join(parts)
