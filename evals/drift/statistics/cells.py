"""Numbers counted by cells, and shares of cells made comparable."""

from dataclasses import dataclass

import numpy as np

from evals.drift.statistics.samples import Counts, Numbers

MOST_SINGLE = 20  # distinct values of a reference, up to which each is a bin of its own
MOST_CELLS = 128
TINY = 1e-4  # the share of an empty cell


@dataclass(frozen=True, slots=True)
class Cells:
    """How often each side has a value in each cell. `at` is where the cells lie, in order."""

    at: Numbers
    reference: Counts
    current: Counts


def bins(reference: Numbers, current: Numbers) -> Cells:
    """Of equal width by H. A. Sturges' rule (JASA 21, 1926) over both sides together, as Evidently
    makes them; of a reference with few distinct values, or where both sides lie closer together
    than floats can divide, each value by itself. `at` is where each begins.
    """
    if len(np.unique(reference)) <= MOST_SINGLE:
        return single(reference, current)
    try:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), "sturges")
    except ValueError:  # "Too many bins for data range"
        return single(reference, current)
    ours, theirs = (np.histogram(side, edges)[0].astype(np.int64) for side in (reference, current))
    return Cells(edges[:-1], ours, theirs)


def single(reference: Numbers, current: Numbers) -> Cells:
    """Each distinct value is a cell."""
    values, places = np.unique(np.concatenate([reference, current]), return_inverse=True)
    return _cells(values, places, len(reference))


def quantiles(reference: Numbers, current: Numbers, most: int = MOST_CELLS) -> Cells:
    """As `placed`, counted."""
    at, places = placed(reference, current, most)
    return _cells(at, places, len(reference))


def placed(reference: Numbers, current: Numbers, most: int) -> tuple[Numbers, Counts]:
    """Each distinct value is a cell, or where they are more than `most`, cells hold about as many
    values of both sides together. Where each lies (the mean of what it holds), and the cell of each
    value, the reference's first.
    """
    whole = np.concatenate([reference, current])
    values, places = np.unique(whole, return_inverse=True)
    if len(values) <= most:
        return values, places
    rank = np.cumsum(np.bincount(places)) / len(places)
    group = np.minimum((rank * most).astype(np.int64), most - 1)
    _, group = np.unique(group, return_inverse=True)
    cell = group[places]
    return np.bincount(cell, weights=whole) / np.bincount(cell), cell


def _cells(at: Numbers, places: Counts, n_reference: int) -> Cells:
    ours = np.bincount(places[:n_reference], minlength=len(at))
    theirs = np.bincount(places[n_reference:], minlength=len(at))
    return Cells(at, ours, theirs)


def shares(counts: Counts) -> Numbers:
    """Along the last axis."""
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True), dtype=np.float64)


def filled(parts: Numbers) -> Numbers:
    """Nothing is replaced by TINY, or by a millionth of the least share where that is no more than
    TINY. Nothing is divided again, so the shares sum to a little more than one.
    """
    least = np.where(parts > 0, parts, np.inf).min(axis=-1, keepdims=True)
    return np.where(parts > 0, parts, np.where(least <= TINY, least / 1e6, TINY))
