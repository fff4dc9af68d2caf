"""One door to all methods for numbers and for categories."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from evals.drift.methods import METHODS, Kind, Method
from evals.drift.statistics import categorical, numeric
from evals.drift.statistics.cells import bins
from evals.drift.statistics.points import mmd
from evals.drift.statistics.samples import (
    MOST_CATEGORIES,
    Counts,
    Measured,
    NotComparable,
    Numbers,
    categories,
    counted,
    enough,
    known,
    named,
)
from evals.drift.statistics.shares import DISTANCES, distance

OF_NUMBERS: dict[Method, Callable[[Numbers, Numbers], Measured]] = {
    Method.KOLMOGOROV_SMIRNOV: numeric.kolmogorov_smirnov,
    Method.WASSERSTEIN: numeric.wasserstein,
    Method.MANN_WHITNEY: numeric.mann_whitney,
    Method.ANDERSON_DARLING: numeric.anderson_darling,
    Method.CRAMER_VON_MISES: numeric.cramer_von_mises,
    Method.ENERGY: numeric.energy,
}
OF_CATEGORIES: dict[Method, Callable[[Counts, Counts], Measured]] = {
    Method.CHI_SQUARE: categorical.chi_square,
    Method.CHI_SQUARE_FIT: categorical.chi_square_fit,
    Method.G: categorical.g,
    Method.G_FIT: categorical.g_fit,
    Method.Z: categorical.z,
}
MOST_REST = 0.5  # of both sides, that the rarer categories have together


def of_numbers(method: Method, reference: Iterable[Any], current: Iterable[Any]) -> Measured:
    """What is no number does not count. A method for categories takes each number for one. Raises
    NotComparable, or TooFew.
    """
    ours, theirs = known(reference), known(current)
    enough(ours, theirs)
    if method in OF_CATEGORIES:
        return of_categories(method, ours, theirs)
    if method in DISTANCES:
        cells = bins(ours, theirs)
        return distance(method, cells.reference, cells.current)
    if method is Method.MMD:
        ours, theirs = numeric.standardised(ours, theirs)
        return mmd(ours[:, None], theirs[:, None])
    if method not in OF_NUMBERS:
        raise NotComparable(f"{method} does not compare numbers.")
    return OF_NUMBERS[method](ours, theirs)


def of_categories(method: Method, reference: Iterable[Any], current: Iterable[Any]) -> Measured:
    """What names no category does not count. Raises NotComparable, or TooFew."""
    ours, theirs = named(reference), named(current)
    enough(ours, theirs)
    if method not in METHODS[Kind.CATEGORICAL]:
        raise NotComparable(f"{method} does not compare categories.")
    labels, counts, others = counted(ours, theirs)
    rest = min(counts[-1] / len(ours), others[-1] / len(theirs))
    if len(labels) > MOST_CATEGORIES and rest > MOST_REST:
        raise NotComparable(
            f"Most values are not among the {MOST_CATEGORIES} most frequent ones, so that their "
            "shares say nothing: watch something with fewer distinct values."
        )
    if method in DISTANCES:
        return distance(method, counts, others)
    return OF_CATEGORIES[method](counts, others)


def distinct(kind: Kind, reference: Iterable[Any], current: Iterable[Any]) -> int:
    """How many values both sides have together."""
    if kind is Kind.NUMERIC:
        return len(np.unique(np.concatenate([known(reference), known(current)])))
    return len({*categories(reference), *categories(current)} - {None})
