"""Two scores of the same things: a table of who said what, and figures of how they go together."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from evals.scores.agreement import (
    CONFIDENCE,
    Agreement,
    Correlation,
    agreement,
    correlation,
    quadratic_kappa,
)
from evals.scores.drawing import EDGE, HEIGHT, WIDTH, shade
from evals.scores.models import DataType
from prompts import bounds
from prompts.bounds import Interval
from traces.queries.score_pairs import Pairs, Said, Which

MOST_LABELS = 20  # of a table; what is more is lumped together
FEW_NUMBERS = 11  # a score of so few values is read as categories too
MOST_DOTS = 500  # more are drawn as a heat map
CELLS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    n: int
    shade: int
    is_same: bool


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are what the first said, each with a cell for every one of `columns`."""

    columns: list[str]
    rows: list[tuple[str, list[Cell], int]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Field:
    """Numbers against numbers: dots where they are few, else cells of a heat map."""

    dots: list[tuple[float, float, str]]
    cells: list[tuple[float, float, float, float, int, str]]
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    n: int
    mean: float
    interval: Interval | None
    is_share: bool  # of what is true


@dataclass(frozen=True, slots=True)
class Compared:
    n: int
    total: int
    table: Table | None
    agreement: Agreement | None
    weighted: Interval | None  # of categories that are numbers
    correlation: Correlation | None
    field: Field | None
    groups: list[Group]


def compared(found: Pairs, ours: Which, theirs: Which) -> Compared:
    a, b = [one for one, _ in found.pairs], [one for _, one in found.pairs]
    labels = labels_of(a, ours), labels_of(b, theirs)
    numbers = numbers_of(a, ours), numbers_of(b, theirs)
    table, agreed, weighted = None, None, None
    if labels[0] and labels[1]:
        order = in_order(labels[0], a, labels[1], b)
        table, agreed, weighted = tabled(labels[0], labels[1], order)
    related, field = None, None
    if numbers[0] and numbers[1]:
        related = correlation(numbers[0], numbers[1])
        if not (labels[0] and labels[1]):  # else the table shows it
            field = drawn(numbers[0], numbers[1])
    groups = []
    if labels[0] and numbers[1] and not numbers[0]:
        groups = grouped(labels[0], numbers[1], theirs)
    elif labels[1] and numbers[0] and not numbers[1]:
        groups = grouped(labels[1], numbers[0], ours)
    return Compared(len(found.pairs), found.total, table, agreed, weighted, related, field, groups)


def labels_of(said: Sequence[Said], which: Which) -> list[str]:
    """Nothing where there are too many, or none, to speak of categories."""
    if which.data_type in (DataType.BOOLEAN, DataType.CATEGORICAL):
        return [one.string_value or f"{one.value:g}" for one in said]
    if which.data_type == DataType.NUMERIC and is_scale([one.value for one in said]):
        return [f"{one.value:g}" for one in said]
    return []


def is_scale(values: Sequence[float | None]) -> bool:
    """Few numbers that are whole, as stars are, or said twice each and more."""
    few = {*values}
    is_whole = all(value is not None and value.is_integer() for value in few)
    return len(few) <= FEW_NUMBERS and (is_whole or 2 * len(few) <= len(values))


def numbers_of(said: Sequence[Said], which: Which) -> list[float]:
    """Nothing where some have none."""
    if which.data_type not in (DataType.NUMERIC, DataType.BOOLEAN):
        return []
    numbers = [one.value for one in said if one.value is not None]
    return numbers if len(numbers) == len(said) else []


def in_order(
    ours: Sequence[str], a: Sequence[Said], theirs: Sequence[str], b: Sequence[Said]
) -> list[str]:
    """All labels, by their numbers where they have any, else by name."""
    values = dict(zip([*ours, *theirs], [one.value for one in (*a, *b)], strict=True))
    return sorted(values, key=lambda label: (values[label] is None, values[label] or 0, label))


def tabled(
    ours: Sequence[str], theirs: Sequence[str], order: list[str]
) -> tuple[Table, Agreement | None, Interval | None]:
    """κ needs both to speak of the same categories, all of which are in the table."""
    counts = Counter(zip(ours, theirs, strict=True))
    is_alike = bool({*ours} & {*theirs})
    rows = order if is_alike else [label for label in order if label in {*ours}]
    columns = order if is_alike else [label for label in order if label in {*theirs}]
    is_cut = max(len(rows), len(columns)) > MOST_LABELS
    rows, columns = most_frequent(rows, ours), most_frequent(columns, theirs)
    if is_alike and is_cut:
        columns = rows
    most = max((counts[row, column] for row in rows for column in columns), default=0)
    table = Table(
        columns,
        [
            (
                row,
                [cell(counts[row, column], most, row == column) for column in columns],
                sum(counts[row, column] for column in columns),
            )
            for row in rows
        ],
        is_cut,
    )
    if not is_alike or is_cut:
        return table, None, None
    matrix = [[counts[row, column] for column in columns] for row in rows]
    values = as_numbers(rows)
    weighted = quadratic_kappa(matrix, values) if values and len(rows) > 2 else None
    return table, agreement(matrix), weighted


def as_numbers(labels: Sequence[str]) -> list[float]:
    """Nothing where one of them is none: what lies how far apart is then not known."""
    try:
        values = [float(label) for label in labels]
    except ValueError:
        return []
    return values if all(map(math.isfinite, values)) else []


def cell(n: int, most: int, is_same: bool) -> Cell:
    return Cell(n, shade(n, most), is_same)


def most_frequent(labels: list[str], said: Sequence[str]) -> list[str]:
    counts = Counter(said)
    kept = {*sorted(labels, key=lambda label: -counts[label])[:MOST_LABELS]}
    return [label for label in labels if label in kept]


def drawn(x: Sequence[float], y: Sequence[float]) -> Field:
    across, up = (min(x), max(x)), (min(y), max(y))
    if len(x) <= MOST_DOTS:
        dots = [
            (
                round(EDGE + (WIDTH - 2 * EDGE) * part(one, across), 1),
                round(FIELD - EDGE - (FIELD - 2 * EDGE) * part(other, up), 1),
                f"{one:.4g} · {other:.4g}",
            )
            for one, other in zip(x, y, strict=True)
        ]
        return Field(dots, [], across, up)
    counts = Counter(
        (place(one, across), place(other, up)) for one, other in zip(x, y, strict=True)
    )
    most, width, height = max(counts.values()), WIDTH / CELLS, FIELD / CELLS
    cells = [
        (
            round(column * width, 1),
            round(FIELD - (row + 1) * height, 1),
            round(width - 1, 1),
            round(height - 1, 1),
            shade(n, most),
            f"{n:,}",
        )
        for (column, row), n in sorted(counts.items())
    ]
    return Field([], cells, across, up)


FIELD = 2 * HEIGHT


def part(value: float, reach: tuple[float, float]) -> float:
    low, high = reach
    span = high / 2 - low / 2  # of halves: what lies that far apart has no difference
    return (value / 2 - low / 2) / span if span > 0 else 0.5


def place(value: float, reach: tuple[float, float]) -> int:
    return min(int(part(value, reach) * CELLS), CELLS - 1)


def grouped(labels: Sequence[str], numbers: Sequence[float], which: Which) -> list[Group]:
    """The mean of the one at each category of the other."""
    by_label: dict[str, list[float]] = {}
    for label, number in zip(labels, numbers, strict=True):
        by_label.setdefault(label, []).append(number)
    found = sorted(by_label.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_LABELS]
    is_share = which.data_type == DataType.BOOLEAN and {*numbers} <= {0.0, 1.0}
    reckoned = share_of if is_share else mean_of
    return [Group(label, len(some), *reckoned(some), is_share) for label, some in found]


def share_of(numbers: Sequence[float]) -> tuple[float, Interval | None]:
    """By Wilson: that all of a few were true does not make it certain."""
    interval = bounds.share(round(sum(numbers)), len(numbers), CONFIDENCE)
    return fmean(numbers), interval if len(numbers) > 1 else None


def mean_of(numbers: Sequence[float]) -> tuple[float, Interval | None]:
    """With its interval, where there are two and they can be reckoned with."""
    try:
        mean = fmean(numbers)
        spread = variance(numbers) if len(numbers) > 1 else math.nan
    except OverflowError:
        return math.nan, None
    if math.isnan(spread):
        return mean, None
    found = bounds.mean(mean, spread, len(numbers), CONFIDENCE)
    return mean, found if bounds.is_finite(found) else None
