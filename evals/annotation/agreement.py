"""How far people who judged the same things agree. Pure.

A unit is the list of values that one thing was given. Krippendorff's α is as in his "Computing
Krippendorff's Alpha-Reliability" (2011), Cohen's κ as in "A Coefficient of Agreement for Nominal
Scales" (1960), the interval is Wilson's.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Z = 1.959963984540054  # of 95 per cent


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, and between what the true share lies with 95 % certainty."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.of


def unanimous(units: Sequence[Sequence[Hashable]]) -> Share | None:
    """The units on which everybody agrees, of those that two people or more have judged."""
    judged = [unit for unit in units if len(unit) > 1]
    if not judged:
        return None
    return wilson(sum(len(set(unit)) == 1 for unit in judged), len(judged))


def wilson(count: int, of: int) -> Share:
    share, square = count / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    spread = math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    half = Z * spread / (1 + square / of)
    return Share(count, of, max(0.0, middle - half), min(1.0, middle + half))


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Of two people, each pair in the same order. None where both gave one and the same value
    throughout: then nothing tells agreement from chance.
    """
    if not pairs:
        return None
    of = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    by_chance = sum(first[value] * second[value] for value in first) / (of * of)
    if by_chance == 1:
        return None
    return (sum(one == two for one, two in pairs) / of - by_chance) / (1 - by_chance)


def alpha_nominal(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Krippendorff's α where values are alike or not; any number of people, not everybody has to
    have judged everything. None as for κ.
    """
    judged = [Counter(unit) for unit in units if len(unit) > 1]
    return alpha([(unit.total(), differing(unit)) for unit in judged], sum(judged, Counter()))


def differing(counts: Counter) -> int:
    """Ordered pairs of different values."""
    total = counts.total()
    return total * total - sum(count * count for count in counts.values())


def alpha(within: Sequence[tuple[int, int]], among: Counter) -> float | None:
    total, expected = among.total(), differing(among)
    if not expected:
        return None
    observed = sum(pairs / (size - 1) for size, pairs in within)
    return 1 - (total - 1) * observed / expected


def alpha_interval(units: Sequence[Sequence[float]]) -> float | None:
    """Krippendorff's α of numbers, whose differences count by their squares."""
    judged = [unit for unit in units if len(unit) > 1]
    values = [value for unit in judged for value in unit]
    expected = squares(values)
    if not expected:
        return None
    observed = math.fsum(squares(unit) / (len(unit) - 1) for unit in judged)
    return 1 - (len(values) - 1) * observed / expected


def squares(values: Sequence[float]) -> float:
    """The squared differences of all ordered pairs; about the mean, so that large numbers that
    differ little lose nothing.
    """
    if not values:
        return 0.0
    mean = math.fsum(values) / len(values)
    return 2 * len(values) * math.fsum((value - mean) ** 2 for value in values)
