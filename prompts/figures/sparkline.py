"""Small lines of a figure over time, as paths of an SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120, 28, 2
BESIDE, LETTERS = 7, 10  # from a dot to its words, and how high these are

Point = tuple[float, float]
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spark:
    """`ours` and `base` are paths on a field of WIDTH × HEIGHT, on one scale that begins at 0 where
    nothing is below. `dots` is the path of those points of ours that have no line to another: of no
    length, so that a wide stroke with round ends makes dots of them.
    """

    ours: str
    base: str
    dots: str
    least: float
    most: float
    only: "Only | None"  # where ours is one point


@dataclass(frozen=True, slots=True)
class Only:
    """A value by itself, and where its words stand beside its dot."""

    value: float
    x: float
    y: float
    is_left: bool  # of the dot: there is more room


def spark(ours: Values, base: Values = ()) -> Spark | None:
    """None where there is nothing to draw. What is None, or no number, leaves a gap."""
    ours, base = _drawable(ours), _drawable(base)
    known = [value for value in (*ours, *base) if value is not None]
    if not known:
        return None
    low, high = min(0.0, *known), max(known)
    reach = (high - low) or 1.0

    def points(values: Values) -> Sequence[Point | None]:
        step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
        return [
            None
            if value is None
            else (
                EDGE + index * step,
                HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / reach,
            )
            for index, value in enumerate(values)
        ]

    ours_at, base_at = points(ours), points(base)
    return Spark(
        ours=_path(ours_at),
        base=_path(base_at),
        dots=_dots(ours_at),
        least=min(known),
        most=high,
        only=_only(ours, ours_at),
    )


def _only(values: Values, points: Sequence[Point | None]) -> Only | None:
    found = [
        (value, point)
        for value, point in zip(values, points, strict=True)
        if value is not None and point is not None
    ]
    if len(found) != 1:
        return None
    [(value, (x, y))] = found
    is_left = x > WIDTH / 2
    beside = x - BESIDE if is_left else x + BESIDE
    return Only(value, round(beside, 1), round(min(max(y + 4, LETTERS), HEIGHT - EDGE), 1), is_left)


def _drawable(values: Values) -> Values:
    return [None if value is None or not math.isfinite(value) else value for value in values]


def _path(points: Iterable[Point | None]) -> str:
    parts, before = [], None
    for point in points:
        if point is not None:
            parts.append(f"L{_at(point)}" if before else f"M{_at(point)}l0,0")
        before = point
    return "".join(parts)


def _dots(points: Sequence[Point | None]) -> str:
    beside = zip([None, *points], [*points[1:], None], strict=False)
    return "".join(
        f"M{_at(point)}l0,0"
        for point, (before, after) in zip(points, beside, strict=True)
        if point is not None and before is None and after is None
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
