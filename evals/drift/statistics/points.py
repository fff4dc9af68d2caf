"""Samples of points: numbers as points of a line, and embeddings.

Maximum mean discrepancy: A. Gretton et al., “A kernel two-sample test”, JMLR 13 (2012).
"""

import math

import numpy as np

from evals.drift.statistics.permuting import p_of_points
from evals.drift.statistics.samples import SAME, Measured, Numbers, thinned

MOST_POINTS = 500  # of each side; more are thinned evenly, as time and memory grow by their square


def fewer(points: Numbers) -> Numbers:
    return points[thinned(len(points), MOST_POINTS)]


def mmd(reference: Numbers, current: Numbers) -> Measured:
    """Of rows. The kernel is exp(−d² ÷ 2σ²) with σ the median of the distances d between all points
    (of those that are not 0, where most are). The statistic is the squared discrepancy with its
    bias; the effect is without it, and at least 0.
    """
    ours, theirs = fewer(reference), fewer(current)
    squares = squared_distances(np.concatenate([ours, theirs]))
    apart = squares[np.triu_indices(len(squares), 1)]
    middle = float(np.median(apart)) or (float(apart[apart > 0].mean()) if apart.any() else 0.0)
    if not middle:
        return SAME
    likeness = np.exp(-squares / (2 * middle))
    found, p = p_of_points(likeness, len(ours))
    return Measured(found, max(0.0, _unbiased(likeness, len(ours))), p)


def _unbiased(likeness: Numbers, n: int) -> float:
    m = len(likeness) - n
    within = (likeness[:n, :n].sum() - n) / (n * (n - 1))
    beyond = (likeness[n:, n:].sum() - m) / (m * (m - 1))
    return float(within + beyond - 2 * likeness[:n, n:].mean())


def centroid(reference: Numbers, current: Numbers) -> Measured:
    """Of rows. The statistic is the distance of the two means; the effect is it in units of the
    mean length of the reference's points, so that it does not hang on how a model scales them.
    """
    ours, theirs = fewer(reference), fewer(current)
    points = np.concatenate([ours, theirs])
    length = float(np.linalg.norm(ours, axis=1).mean()) or float(
        np.linalg.norm(theirs, axis=1).mean()
    )
    if not length:
        return SAME
    centred = points - points.mean(axis=0)
    squared, p = p_of_points(centred @ centred.T, len(ours))
    far = math.sqrt(squared)
    return Measured(far, far / length, p)


def squared_distances(points: Numbers) -> Numbers:
    """Between all rows; exactly 0 between equal ones."""
    centred = points - points.mean(axis=0)
    lengths = (centred**2).sum(axis=1)
    squares = np.maximum(0.0, lengths[:, None] + lengths[None, :] - 2 * centred @ centred.T)
    squares[squares <= 1e-12 * lengths.max(initial=0.0)] = 0.0
    return squares
