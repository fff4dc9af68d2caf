"""Whether chance explains a distance: by dealing the values out to both sides again.

R. A. Fisher, “The Design of Experiments” (1935). If both sides came from one source, every way to
deal the values out is as likely, whatever the statistic. What was found is one of the ways, so no p
is nought (B. Phipson, G. K. Smyth, “Permutation P-values should never be zero”, 2010).
"""

from collections.abc import Callable

import numpy as np

from evals.drift.statistics.samples import Counts, Numbers

SEED = 42
WAYS = 9_999  # so the smallest p is 0.0001
WAYS_OF_POINTS = 1_999
NOISE = 1e-9  # of a statistic: what adding binary fractions up leaves

Statistic = Callable[[Counts, Counts], Numbers]  # of rows of counts, one number for each row


def p_of_counts(reference: Counts, current: Counts, statistic: Statistic) -> float:
    """That a statistic as large comes about by chance. Dealing values out, when only the counts of
    cells matter, is one multivariate hypergeometric draw.
    """
    whole = reference + current
    used = whole > 0
    whole, reference, current = whole[used], reference[used], current[used]
    drawn = dealt(whole, int(reference.sum()), np.random.default_rng(SEED))
    found = float(statistic(reference[None], current[None])[0])
    return p_of(found, statistic(drawn, whole - drawn))


def dealt(whole: Counts, n_reference: int, random: np.random.Generator) -> Counts:
    """The counts of the reference side in each of WAYS ways."""
    return random.multivariate_hypergeometric(whole, n_reference, size=WAYS, method="marginals")


def p_of(found: float, ways: Numbers) -> float:
    as_large = int((ways >= found * (1 - NOISE)).sum())
    return (as_large + 1) / (len(ways) + 1)


def p_of_points(likeness: Numbers, n_reference: int) -> tuple[float, float]:
    """The squared distance of the two sides' means in the space whose inner products `likeness`
    holds, reference first, and its p.
    """
    n_current = len(likeness) - n_reference
    sides = np.repeat([1 / n_reference, -1 / n_current], [n_reference, n_current])
    found = max(0.0, float(sides @ likeness @ sides))
    random = np.random.default_rng(SEED)
    ways = random.permuted(np.tile(sides, (WAYS_OF_POINTS, 1)), axis=1)
    return found, p_of(found, np.einsum("ij,ij->i", ways @ likeness, ways))
