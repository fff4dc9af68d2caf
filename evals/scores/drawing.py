"""Charts of scores as shapes of an SVG. Pure; colour is in classes, geometry here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 160
EDGE = 4  # within the field, so that nothing is cut
SHADES = 8  # of a heat map


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar: one source's."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    series: int
    path: str
    dots: list[tuple[float, float, str]]  # where, and what is told of it


@dataclass(frozen=True, slots=True)
class Lines:
    lines: list[Line]
    low: float
    high: float
    first: str  # the labels of both ends
    last: str


def stacked(columns: Sequence[tuple[str, Mapping[str, int]]], series: Sequence[str]) -> list[Block]:
    """A bar for each column, its sources on top of each other."""
    most = max((sum(counts.values()) for _, counts in columns), default=0)
    if not most:
        return []
    step, blocks = WIDTH / len(columns), []
    for place, (name, counts) in enumerate(columns):
        top = float(HEIGHT)
        for number, one in enumerate(series):
            if not (n := counts.get(one, 0)):
                continue
            height = (HEIGHT - EDGE) * n / most
            top -= height
            blocks.append(
                Block(
                    round(place * step + 1, 1),
                    round(top, 1),
                    round(max(step - 2, 1), 1),
                    round(height, 1),
                    number,
                    f"{name}: {n:,}",
                    place,
                )
            )
    return blocks


def lines(
    courses: Mapping[str, Sequence[float | None]], labels: Sequence[str], *, from_zero: bool = True
) -> Lines | None:
    """One line for each course, on one scale; what is None leaves a gap. None of nothing. A label
    is where a place begins, and the last, one more, where the axis ends.
    """
    known = [v for one in courses.values() for v in one if v is not None and math.isfinite(v)]
    if not known:
        return None
    low, high = min(known), max(known)
    low = min(low, 0.0) if from_zero else low
    reach = (high / 2 - low / 2) or 1.0  # of halves: what lies that far apart has no difference
    found = []
    for number, (name, values) in enumerate(courses.items()):
        step = (WIDTH - 2 * EDGE) / len(values)
        points = [
            None
            if value is None or not math.isfinite(value)
            else (
                round(EDGE + (place + 0.5) * step, 1),
                round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value / 2 - low / 2) / reach, 1),
                f"{labels[place]}: {value:.4g}",
            )
            for place, value in enumerate(values)
        ]
        dots = [point for point in points if point]
        found.append(Line(name, number, path(points), dots))
    return Lines(found, low, high, labels[0], labels[-1])


def path(points: Sequence[tuple[float, float, str] | None]) -> str:
    parts, before = [], False
    for point in points:
        if point:
            parts.append(f"{'L' if before else 'M'}{point[0]},{point[1]}")
        before = point is not None
    return "".join(parts)


def shade(n: int, most: int) -> int:
    """How dark a cell is, from 0 (nothing) to SHADES. By the root, so that few are seen too."""
    return math.ceil(SHADES * math.sqrt(n / most)) if n and most else 0
