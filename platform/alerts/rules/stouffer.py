"""Weak signals put together: S. A. Stouffer's Z for signals that go together. Pure."""

import math
from collections.abc import Sequence

LOWEST, HIGHEST = -1.0, 5.0  # no single signal decides, for or against
LEAST_CALM = 24  # moments that a correlation is learned from
ASSUMED = 0.5  # where there are fewer: errors, latency and complaints mostly come together
Matrix = Sequence[Sequence[float]]


def clipped(z: float) -> float:
    return min(max(z, LOWEST), HIGHEST)


def combined(zs: Sequence[float], weights: Sequence[float], correlations: Matrix) -> float:
    """Z = Σ wᵢzᵢ / √(wᵀRw)."""
    spread = sum(
        weights[row] * weights[column] * correlations[row][column]
        for row in range(len(weights))
        for column in range(len(weights))
    )
    total = sum(weight * z for weight, z in zip(weights, zs, strict=True))
    return total / math.sqrt(max(spread, 1e-9))


def contributions(zs: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The share of each in what speaks for it; what speaks against it has none."""
    parts = [max(weight * z, 0.0) for weight, z in zip(weights, zs, strict=True)]
    whole = sum(parts)
    return [part / whole if whole else 0.0 for part in parts]


def alike(size: int, correlation: float) -> list[list[float]]:
    """The same correlation between each pair."""
    return [[1.0 if a == b else correlation for b in range(size)] for a in range(size)]


def learned(rows: Sequence[Sequence[float]], size: int) -> list[list[float]]:
    """The correlations of the signals at calm moments, a row each; never below 0, which would make
    more of the signals than they are.
    """
    if len(rows) < LEAST_CALM:
        return alike(size, ASSUMED)
    columns = list(zip(*rows, strict=True))
    return [
        [1.0 if a == b else _correlation(columns[a], columns[b]) for b in range(size)]
        for a in range(size)
    ]


def _correlation(ones: Sequence[float], others: Sequence[float]) -> float:
    """Pearson's; of what never moves, what is assumed."""
    mean, other = sum(ones) / len(ones), sum(others) / len(others)
    both = sum((a - mean) * (b - other) for a, b in zip(ones, others, strict=True))
    spread = sum((a - mean) ** 2 for a in ones) * sum((b - other) ** 2 for b in others)
    return min(max(both / math.sqrt(spread), 0.0), 1.0) if spread > 0 else ASSUMED
