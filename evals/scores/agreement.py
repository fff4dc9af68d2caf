"""How far two judges of the same things agree, and how two figures go together. Pure.

Intervals are of 95 %. Cohen's κ and its spread: J. L. Fleiss, J. Cohen, B. S. Everitt, “Large
sample standard errors of kappa and weighted kappa”, Psychological Bulletin 72 (1969).
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from prompts.bounds import Interval, share

CONFIDENCE = 0.975  # one-sided
Z = NormalDist().inv_cdf(CONFIDENCE)
LEAST_PAIRS = 4  # of a correlation's interval

Matrix = Sequence[Sequence[int]]
Weight = Callable[[int, int], float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """`observed` is the share on which both say the same; `kappa` is that beyond chance, None where
    chance alone would make them agree on everything.
    """

    n: int
    observed: Interval
    kappa: Interval | None


def agreement(matrix: Matrix) -> Agreement | None:
    """Of how often the first said the row and the second the column; None of nothing."""
    n = sum(map(sum, matrix))
    if not n:
        return None
    same = sum(matrix[one][one] for one in range(len(matrix)))
    return Agreement(n, share(same, n, CONFIDENCE), cohens_kappa(matrix))


def cohens_kappa(matrix: Matrix) -> Interval | None:
    return weighted_kappa(matrix, lambda row, column: float(row == column))


def quadratic_kappa(matrix: Matrix, values: Sequence[float]) -> Interval | None:
    """For categories that are numbers: to be a little off counts less than to be far off. None
    where they lie too close together.
    """
    halves = [value / 2 for value in values]  # of which the largest have a difference
    reach = max(halves) - min(halves)
    if reach < sys.float_info.min:
        return None
    return weighted_kappa(
        matrix, lambda row, column: 1 - ((halves[row] - halves[column]) / reach) ** 2
    )


def weighted_kappa(matrix: Matrix, weight: Weight) -> Interval | None:
    n, size = sum(map(sum, matrix)), range(len(matrix))
    if not n:
        return None
    p = [[count / n for count in row] for row in matrix]
    rows = [sum(p[i]) for i in size]
    columns = [sum(p[i][j] for i in size) for j in size]
    observed = sum(weight(i, j) * p[i][j] for i in size for j in size)
    expected = sum(weight(i, j) * rows[i] * columns[j] for i in size for j in size)
    if 1 - expected < 1e-12:
        return None
    kappa = (observed - expected) / (1 - expected)
    of_row = [sum(columns[j] * weight(i, j) for j in size) for i in size]
    of_column = [sum(rows[i] * weight(i, j) for i in size) for j in size]
    spread = sum(
        p[i][j] * (weight(i, j) - (of_row[i] + of_column[j]) * (1 - kappa)) ** 2
        for i in size
        for j in size
    )
    variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = Z * math.sqrt(max(variance, 0.0))
    return Interval(max(-1.0, kappa - half), kappa, min(1.0, kappa + half))


@dataclass(frozen=True, slots=True)
class Correlation:
    """None where one of the two never changes."""

    pearson: Interval | None
    spearman: Interval | None


def correlation(ours: Sequence[float], theirs: Sequence[float]) -> Correlation:
    """Of pairs. Intervals by Fisher's z; for ranks with the spread of D. G. Bonett, T. A. Wright,
    “Sample size requirements for estimating Pearson, Kendall and Spearman correlations”,
    Psychometrika 65 (2000).
    """
    n = len(ours)
    r = pearson(ours, theirs)
    rho = pearson(ranks(ours), ranks(theirs))
    return Correlation(
        None if r is None else around(r, n, 1.0),
        None if rho is None else around(rho, n, 1 + rho * rho / 2),
    )


def around(r: float, n: int, factor: float) -> Interval:
    """Without an interval where there are too few, or the two go together without exception."""
    if n < LEAST_PAIRS or abs(r) > 1 - 1e-12:
        return Interval(-1.0 if n < LEAST_PAIRS else r, r, 1.0 if n < LEAST_PAIRS else r)
    half = Z * math.sqrt(factor / (n - 3))
    return Interval(math.tanh(math.atanh(r) - half), r, math.tanh(math.atanh(r) + half))


def pearson(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """None where either does not vary."""
    a, b = centred(ours), centred(theirs)
    if a is None or b is None:
        return None
    r = math.fsum(x * y for x, y in zip(a, b, strict=True))
    return min(1.0, max(-1.0, r))


def centred(values: Sequence[float]) -> list[float] | None:
    """About 0, with squares that add up to 1; scaled first, so that no square is too large."""
    if len(values) < 2 or min(values) == max(values):
        return None
    scale = max(map(abs, values))
    scaled = [value / scale for value in values]
    mean = math.fsum(scaled) / len(scaled)
    apart = [value - mean for value in scaled]
    length = math.sqrt(math.fsum(value * value for value in apart))
    return [value / length for value in apart] if length > 1e-150 else None


def ranks(values: Sequence[float]) -> list[float]:
    """From 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    found, first = [0.0] * len(values), 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in order[first : last + 1]:
            found[place] = (first + last) / 2 + 1
        first = last + 1
    return found
