"""Two samples of numbers. All take at least two values a side, and no NaN (`samples.known`)."""

import numpy as np
from scipy import stats

from evals.drift.statistics.cells import Cells, quantiles, single
from evals.drift.statistics.permuting import p_of_counts
from evals.drift.statistics.samples import SAME, Counts, Measured, Numbers, is_constant

MOST_EXACT = 1000  # values of a side, up to which the p of Kolmogorov and Smirnov is exact


def kolmogorov_smirnov(reference: Numbers, current: Numbers) -> Measured:
    """The effect is D, the largest distance of the two distribution functions."""
    method = "exact" if max(len(reference), len(current)) <= MOST_EXACT else "asymp"
    found = stats.ks_2samp(reference, current, method=method)
    return Measured(float(found.statistic), float(found.statistic), float(found.pvalue))


def mann_whitney(reference: Numbers, current: Numbers) -> Measured:
    """The statistic is U of the current. The effect is the rank-biserial correlation, without its
    sign: how much more often one side is above the other than below it.
    """
    if is_constant(reference, current):
        return Measured(len(reference) * len(current) / 2, 0.0, 1.0)
    found = stats.mannwhitneyu(current, reference)
    effect = abs(2 * float(found.statistic) / (len(reference) * len(current)) - 1)
    return Measured(float(found.statistic), effect, float(found.pvalue))


def cramer_von_mises(reference: Numbers, current: Numbers) -> Measured:
    """The statistic is T (T. W. Anderson, Annals of Mathematical Statistics 33, 1962); the effect
    is that of `wasserstein`. Where values are tied, p is by permutation: the tables of T are of
    untied ones, and call a third of equal samples of 120 and 90 rounded figures a drift, and all
    of 1,000 and 500.
    """
    if is_constant(reference, current):
        return SAME
    effect = in_deviations(reference, current)
    cells = single(reference, current)
    if len(cells.at) == len(reference) + len(current):
        found = stats.cramervonmises_2samp(reference, current)
        return Measured(float(found.statistic), effect, min(1.0, max(0.0, float(found.pvalue))))
    statistic = float(_cramer_von_mises(cells.reference[None], cells.current[None])[0])
    cells = quantiles(reference, current)
    return Measured(
        statistic, effect, p_of_counts(cells.reference, cells.current, _cramer_von_mises)
    )


def _cramer_von_mises(reference: Counts, current: Counts) -> Numbers:
    n, m = (side.sum(axis=-1) for side in (reference, current))
    a = np.cumsum(reference, axis=-1) / n[..., None]
    b = np.cumsum(current, axis=-1) / m[..., None]
    return np.asarray(n * m / (n + m) ** 2 * ((reference + current) * (a - b) ** 2).sum(axis=-1))


def anderson_darling(reference: Numbers, current: Numbers) -> Measured:
    """The statistic is the normalised one of k samples with midranks (F. W. Scholz, M. A. Stephens,
    JASA 82, 1987). Its table of p ends at 0.001 and 0.25, so p is by permutation. The effect is
    that of `wasserstein`.
    """
    if is_constant(reference, current):
        return SAME
    # One resample, as its p is not asked for: the other way warns that it is capped.
    unasked = stats.PermutationMethod(n_resamples=1, rng=np.random.default_rng(0))
    found = stats.anderson_ksamp([reference, current], variant="midrank", method=unasked)
    cells = quantiles(reference, current)
    p = p_of_counts(cells.reference, cells.current, _anderson_darling)
    return Measured(float(found.statistic), in_deviations(reference, current), p)


def _anderson_darling(reference: Counts, current: Counts) -> Numbers:
    """Before it is normalised, which does not change its order."""
    whole = reference + current
    n = whole.sum(axis=-1, keepdims=True)
    before = np.cumsum(whole, axis=-1) - whole / 2
    spread = before * (n - before) - n * whole / 4
    found = np.zeros(len(reference))
    for side in (reference, current):
        size = side.sum(axis=-1, keepdims=True)
        off = n * (np.cumsum(side, axis=-1) - side / 2) - size * before
        parts = np.divide(whole * off**2, spread, out=np.zeros_like(off), where=spread > 0)
        found += parts.sum(axis=-1) / size[..., 0]
    return found


def wasserstein(reference: Numbers, current: Numbers) -> Measured:
    """The statistic is the first Wasserstein distance in the values' own unit; the effect is it in
    standard deviations of the reference.
    """
    if is_constant(reference, current):
        return SAME
    far = float(stats.wasserstein_distance(reference, current))
    cells = quantiles(reference, current)
    return Measured(far, in_deviations(reference, current), _p_between(cells, power=1))


def energy(reference: Numbers, current: Numbers) -> Measured:
    """The statistic is the energy distance (G. J. Székely, M. L. Rizzo, 2004), in roots of the
    values' unit; the effect is that of the values in standard deviations of the reference.
    """
    if is_constant(reference, current):
        return SAME
    far = float(stats.energy_distance(reference, current))
    ours, theirs = standardised(reference, current)
    effect = float(stats.energy_distance(ours, theirs))
    return Measured(far, effect, _p_between(quantiles(reference, current), power=2))


def _p_between(cells: Cells, *, power: int) -> float:
    width = np.diff(cells.at)
    width = width / width.max()

    def statistic(ours: Counts, theirs: Counts) -> Numbers:
        a, b = (
            np.cumsum(side, axis=-1) / side.sum(axis=-1, keepdims=True) for side in (ours, theirs)
        )
        return np.asarray((np.abs(a - b)[..., :-1] ** power) @ width)

    return p_of_counts(cells.reference, cells.current, statistic)


def in_deviations(reference: Numbers, current: Numbers) -> float:
    """The first Wasserstein distance in standard deviations of the reference."""
    ours, theirs = standardised(reference, current)
    return float(stats.wasserstein_distance(ours, theirs))


def standardised(reference: Numbers, current: Numbers) -> tuple[Numbers, Numbers]:
    """In standard deviations (of the population) of the reference. Of a constant one, in those of
    both sides together: any floor in the values' own unit would hide drifts of small figures.
    """
    size = max(np.abs(reference).max(), np.abs(current).max())
    if not size:
        return reference, current
    ours, theirs = reference / size, current / size
    spread = 0.0 if ours.min() == ours.max() else float(ours.std())
    spread = spread or float(np.concatenate([ours, theirs]).std()) or 1.0
    return ours / spread, theirs / spread
