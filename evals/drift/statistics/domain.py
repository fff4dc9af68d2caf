"""Whether a classifier can tell the two sides apart by what they hold.

D. Lopez-Paz, M. Oquab, “Revisiting classifier two-sample tests” (2017). Each half of the values,
dealt out once from a fixed seed, is judged by a classifier that learnt on the other half.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu, rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import StratifiedKFold

from evals.drift.methods import SMALL, Method, least_effect
from evals.drift.statistics.permuting import SEED
from evals.drift.statistics.samples import Counts, Numbers, TooFew

LEAST = 20  # of each side
DRAWS = 1_000
PERCENTILE = 95

# Learns on the first places with their labels, and scores the second: higher for the current.
Scoring = Callable[[Counts, Counts, Counts], Numbers]


@dataclass(frozen=True, slots=True)
class Separation:
    """`auc` is the area under the ROC curve, the mean of both halves: 0.5 tells nothing apart, 1
    everything. `needed` is from where on it says drift: of a reference of up to 1,000 values the
    95th percentile of classifiers that guess, else 0.55. `scores` are of each value, from the
    classifier that had not seen it, as its rank in its half from 0 to 1: higher for the current.
    """

    auc: float
    p: float
    needed: float
    scores: Numbers


def separation(n_reference: int, n_current: int, score: Scoring) -> Separation:
    """Values are numbered, the reference first. p is twice the lower of both halves' (Bonferroni),
    which is valid although they hang together: on one half little may be learnt.
    """
    if min(n_reference, n_current) < LEAST:
        raise TooFew(f"A classifier needs {LEAST} of each side.")
    labels = np.repeat([0, 1], [n_reference, n_current])
    scores, areas, ps = np.zeros(len(labels)), [], []
    chance = np.zeros(DRAWS)
    random = np.random.default_rng(SEED)
    halves = StratifiedKFold(2, shuffle=True, random_state=SEED)
    for learnt, judged in halves.split(np.zeros((len(labels), 1)), labels):
        ranks = rankdata(score(learnt, labels[learnt], judged))
        sides = labels[judged]
        areas.append(_area(ranks, sides))
        found = mannwhitneyu(
            ranks[sides == 1], ranks[sides == 0], alternative="greater", method="asymptotic"
        )
        ps.append(1.0 if np.ptp(ranks) == 0 else float(found.pvalue))
        chance += [_area(random.permutation(len(judged)) + 1.0, sides) for _ in range(DRAWS)]
        scores[judged] = (ranks - 0.5) / len(ranks)
    needed = least_effect(Method.CLASSIFIER)
    if n_reference <= SMALL:
        needed = float(np.percentile(chance / 2, PERCENTILE))
    return Separation(float(np.mean(areas)), min(1.0, 2 * min(ps)), needed, scores)


def _area(ranks: Any, sides: Counts) -> float:
    current = int(sides.sum())
    least = current * (current + 1) / 2
    return float((ranks[sides == 1].sum() - least) / (current * (len(sides) - current)))


def learnt(features: Any, labels: Counts) -> SGDClassifier:
    """As Evidently sets it, with classes of equal weight however many each side has."""
    model = SGDClassifier(
        alpha=1e-4,
        max_iter=50,
        penalty="l1",
        loss="modified_huber",
        random_state=SEED,
        class_weight="balanced",
    )
    with warnings.catch_warnings():
        # After fifty rounds it is good enough to tell whether there is anything to tell apart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, labels)
