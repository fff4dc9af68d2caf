"""How far people who judged the same things agree, beside what evals.scores.agreement tells of two.
Pure.

A unit is the list of values that one thing was given. Krippendorff's α is as in his "Computing
Krippendorff's Alpha-Reliability" (2011).
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from evals.scores.agreement import CONFIDENCE, cohens_kappa
from prompts.bounds import Interval, share


def unanimous(units: Sequence[Sequence[Hashable]]) -> tuple[int, Interval] | None:
    """How many units two people or more have judged, and the share on which all of them agree."""
    judged = [unit for unit in units if len(unit) > 1]
    if not judged:
        return None
    same = sum(len(set(unit)) == 1 for unit in judged)
    return len(judged), share(same, len(judged), CONFIDENCE)


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Interval | None:
    """Cohen's, of two people, each pair in the same order. None where both gave one and the same
    value throughout: then nothing tells agreement from chance.
    """
    values = {value: place for place, value in enumerate({one for pair in pairs for one in pair})}
    matrix = [[0] * len(values) for _ in values]
    for one, other in pairs:
        matrix[values[one]][values[other]] += 1
    return cohens_kappa(matrix)


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
