"""Whether embeddings lie elsewhere than they did."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from evals.drift.methods import Method
from evals.drift.statistics import domain
from evals.drift.statistics.domain import Separation
from evals.drift.statistics.points import centroid, mmd
from evals.drift.statistics.samples import (
    Counts,
    Measured,
    NotComparable,
    Numbers,
    enough,
    numbers,
    thinned,
)

MOST_VECTORS = 2_000  # of each side; more are thinned evenly
MOST_DIMENSIONS = 4_096


def of_embeddings(method: Method, reference: Sequence[Any], current: Sequence[Any]) -> Measured:
    """By the centroids' distance or maximum mean discrepancy. Raises NotComparable, or TooFew."""
    measures = {Method.CENTROID: centroid, Method.MMD: mmd}
    if method not in measures:
        raise NotComparable(f"{method} is no distance of embeddings.")
    return measures[method](*vectors(reference, current))


def told_apart(reference: Sequence[Any], current: Sequence[Any]) -> Separation:
    """By a linear classifier on standardised components. Raises NotComparable, or TooFew."""
    ours, theirs = vectors(reference, current)
    points = np.concatenate([ours, theirs])

    def score(learnt: Counts, labels: Counts, judged: Counts) -> Numbers:
        mean, spread = points[learnt].mean(axis=0), points[learnt].std(axis=0)
        spread[spread == 0] = 1.0
        model = domain.learnt((points[learnt] - mean) / spread, labels)
        return np.asarray(model.decision_function((points[judged] - mean) / spread))

    return domain.separation(len(ours), len(theirs), score)


def vectors(reference: Sequence[Any], current: Sequence[Any]) -> tuple[Numbers, Numbers]:
    """A row for each vector, in units of the largest component. One that is no list of numbers, or
    has a NaN in it, does not count. Raises NotComparable where dimensions differ: another model
    made them, and its space is another.
    """
    sides = [_rows(side) for side in (reference, current)]
    enough(*sides)
    sizes = Counter(len(row) for side in sides for row in side)
    if len(sizes) > 1:
        seen = ", ".join(str(size) for size in sorted(sizes))
        raise NotComparable(f"Embeddings of different dimensions do not compare: {seen}.")
    ours, theirs = (np.stack(side) for side in sides)
    size = max(float(np.abs(ours).max()), float(np.abs(theirs).max())) or 1.0
    return ours / size, theirs / size


def _rows(side: Sequence[Any]) -> list[Numbers]:
    places = thinned(len(side), MOST_VECTORS)
    found = [row_of(side[place]) for place in places]
    return [row for row in found if row is not None]


def row_of(vector: Any) -> Numbers | None:
    """None for what is no list of numbers."""
    if not isinstance(vector, list | tuple | np.ndarray) or not len(vector):
        return None
    if len(vector) > MOST_DIMENSIONS:
        raise NotComparable(f"Embeddings of more than {MOST_DIMENSIONS} dimensions are refused.")
    row = numbers(vector)
    return None if np.isnan(row).any() else row


def is_vector(value: Any) -> bool:
    """Also where it is too long, which is refused as a whole."""
    if isinstance(value, list | tuple | np.ndarray) and len(value) > MOST_DIMENSIONS:
        return True
    return row_of(value) is not None
