"""How far the shares of cells lie apart: of bins of a number, or of categories.

Each distance is of rows along the last axis. p-values are by permutation (`permuting`): the usual
tables of thresholds say nothing of chance, and small samples lie far apart by it.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import rel_entr

from evals.drift.methods import Method
from evals.drift.statistics.cells import filled, shares
from evals.drift.statistics.permuting import p_of_counts
from evals.drift.statistics.samples import Counts, Measured, Numbers


def psi(reference: Numbers, current: Numbers) -> Numbers:
    """The population stability index, Σ (r − c) ln(r ÷ c), with empty cells filled. D. Lewis, “An
    Introduction to Credit Scoring” (1992); J. of H. Jeffreys (1946).
    """
    r, c = filled(reference), filled(current)
    return np.asarray(((r - c) * np.log(r / c)).sum(axis=-1))


def kullback_leibler(reference: Numbers, current: Numbers) -> Numbers:
    """Of the reference from the current, in nats, with empty cells filled and shares made to sum to
    one again. S. Kullback, R. A. Leibler, “On information and sufficiency” (1951).
    """
    r, c = filled(reference), filled(current)
    r, c = r / r.sum(axis=-1, keepdims=True), c / c.sum(axis=-1, keepdims=True)
    return np.maximum(0.0, rel_entr(r, c).sum(axis=-1))


def jensen_shannon(reference: Numbers, current: Numbers) -> Numbers:
    """The distance: the root of the divergence in nats, from 0 to √ln 2. D. M. Endres, J. E.
    Schindelin, “A new metric for probability distributions” (2003).
    """
    middle = (reference + current) / 2
    apart = rel_entr(reference, middle) + rel_entr(current, middle)
    return np.sqrt(np.maximum(0.0, apart.sum(axis=-1) / 2))


def hellinger(reference: Numbers, current: Numbers) -> Numbers:
    """√(½ Σ (√r − √c)²), from 0 to 1. E. Hellinger (1909)."""
    return np.sqrt(((np.sqrt(reference) - np.sqrt(current)) ** 2).sum(axis=-1) / 2)


def total_variation(reference: Numbers, current: Numbers) -> Numbers:
    """½ Σ |r − c|: the share that would have to move."""
    return np.asarray(np.abs(reference - current).sum(axis=-1) / 2)


DISTANCES: dict[Method, Callable[[Numbers, Numbers], Numbers]] = {
    Method.PSI: psi,
    Method.KULLBACK_LEIBLER: kullback_leibler,
    Method.JENSEN_SHANNON: jensen_shannon,
    Method.HELLINGER: hellinger,
    Method.TOTAL_VARIATION: total_variation,
}


def distance(method: Method, reference: Counts, current: Counts) -> Measured:
    """Of counts of the same cells."""
    far = DISTANCES[method]

    def statistic(ours: Counts, theirs: Counts) -> Numbers:
        return far(shares(ours), shares(theirs))

    found = float(far(shares(reference), shares(current)))
    return Measured(found, found, p_of_counts(reference, current, statistic))
