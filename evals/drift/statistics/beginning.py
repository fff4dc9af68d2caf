"""When a drift began, within the values of the current window in their order of time.

The model is one change of the shares of cells: what was before it is like the reference, what came
after is another distribution. The likelihood of each place is that of two multinomials (M. S.
Srivastava, K. J. Worsley, “Likelihood ratio tests for a change in the multivariate normal mean”,
1986, have the search; D. V. Hinkley, “Inference about the change-point”, Biometrika 57, 1970, the
estimate). Numbers are put in cells of about as many values, so any change of shape is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from evals.drift.statistics.cells import placed
from evals.drift.statistics.permuting import SEED, p_of
from evals.drift.statistics.samples import Counts, Numbers, counted, enough

CELLS = 10  # and for categories one more, for the rarer ones
BLOCKS = 200  # of consecutive values: places between them are looked at
LEAST_AFTER = 5  # blocks, so that the last few values alone are no change
WAYS = 999
ALPHA = 0.05
WITHIN = 3.68  # half of the 95th percentile that B. E. Hansen gives (Econometrica 68, 2000)


@dataclass(frozen=True, slots=True)
class Beginning:
    """`place` is of the first value after the change; 0 says that the whole window is like that, so
    it began at its start or earlier. `earliest` and `latest` are the places that are about as
    likely. `p` is that the values of the window came in no order.
    """

    place: int
    earliest: int
    latest: int
    p: float


def of_numbers(reference: Numbers, current: Numbers) -> Beginning:
    """`current` in order of time."""
    enough(reference, current)
    at, cell = placed(reference, current, CELLS)
    before = np.bincount(cell[: len(reference)], minlength=len(at))
    return _found(before, cell[len(reference) :])


def of_categories(reference: Sequence[str], current: Sequence[str]) -> Beginning:
    """`current` in order of time."""
    enough(reference, current)
    names, ours, theirs = counted(reference, current)
    often = np.argsort(-(ours + theirs), kind="stable")[:CELLS]
    cell = {names[place]: number for number, place in enumerate(often)}
    rest = len(cell)
    before = np.bincount([cell.get(value, rest) for value in reference], minlength=rest + 1)
    return _found(before, np.array([cell.get(value, rest) for value in current]))


def _found(before: Counts, cells: Counts) -> Beginning:
    blocks = min(BLOCKS, len(cells))
    starts = np.linspace(0, len(cells), blocks + 1).astype(np.int64)
    counts = np.zeros((blocks, len(before)), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(starts, np.arange(len(cells)), side="right") - 1, cells), 1)
    likelihood = _likelihoods(before, counts)
    random = np.random.default_rng(SEED)
    orders = (random.permutation(blocks) for _ in range(WAYS))
    by_chance = np.array([_gain(_likelihoods(before, counts[order])) for order in orders])
    p = p_of(_gain(likelihood), by_chance)
    if p >= ALPHA:
        return Beginning(0, 0, 0, p)
    likely = np.flatnonzero(likelihood >= likelihood.max() - WITHIN)
    place, first, last = int(likelihood.argmax()), int(likely[0]), int(likely[-1])
    return Beginning(int(starts[place]), int(starts[first]), int(starts[last]), p)


def _gain(likelihood: Numbers) -> float:
    return float(likelihood.max() - likelihood[0])


def _likelihoods(before: Counts, blocks: Counts) -> Numbers:
    """In logarithms, of the change lying before each block."""
    after = np.cumsum(blocks[::-1], axis=0)[::-1]
    after = after[: max(1, len(blocks) - LEAST_AFTER + 1)]
    return _fit(before + blocks.sum(axis=0) - after) + _fit(after)


def _fit(counts: Counts) -> Numbers:
    size = counts.sum(axis=-1, keepdims=True)
    return np.asarray(xlogy(counts, counts / np.maximum(size, 1)).sum(axis=-1))
