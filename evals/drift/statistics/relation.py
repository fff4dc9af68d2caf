"""Concept drift: the same input gets another score than it did.

Inputs are put in strata, and scores are compared within each, so that other inputs alone (covariate
shift) are no concept drift. p is by permutation within strata: under no change of the relation the
two sides of a stratum can be dealt out again, whatever they hold of inputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.drift.statistics.cells import placed
from evals.drift.statistics.numeric import in_deviations
from evals.drift.statistics.permuting import SEED, WAYS, dealt, p_of
from evals.drift.statistics.samples import (
    Counts,
    Numbers,
    TooFew,
    categories,
    numbers,
)

STRATA = 8  # of a numeric input, of about as many values of the reference
CELLS = 32  # of scores
MOST_STRATA = 50  # of categories: the most frequent
LEAST_OF_STRATUM = 10  # of each side


@dataclass(frozen=True, slots=True)
class Stratum:
    """Inputs up to `to`, or of the category `to`, and the mean score of both sides."""

    to: float | str
    n_reference: int
    n_current: int
    mean_reference: float
    mean_current: float


@dataclass(frozen=True, slots=True)
class Relation:
    """`effect` is the mean distance of scores of like inputs, in standard deviations of the
    reference's scores, less what chance makes of it; `p` is that chance made all of it. `inputs` is
    how far the inputs themselves moved: in their standard deviations, or as total variation.
    """

    effect: float
    p: float
    inputs: float
    strata: tuple[Stratum, ...]


def relation(
    reference: tuple[Sequence[Any], Sequence[Any]],
    current: tuple[Sequence[Any], Sequence[Any]],
) -> Relation:
    """Each side is its inputs and their numeric scores. Inputs are numbers where all known ones
    are, else categories. Pairs that lack either do not count. Raises TooFew where no stratum has
    LEAST_OF_STRATUM pairs of each side.
    """
    is_numeric = not any(_is_word(given) for side in (reference, current) for given in side[0])
    inputs, scores = zip(*(_pairs(side, is_numeric) for side in (reference, current)), strict=True)
    if min(map(len, scores)) < LEAST_OF_STRATUM:
        raise TooFew(f"Each side needs {LEAST_OF_STRATUM} inputs that have a score.")
    strata = _strata(inputs, is_numeric)
    if not strata:
        raise TooFew(f"No kind of input has {LEAST_OF_STRATUM} scores on each side.")
    at, cells = placed(scores[0], scores[1], CELLS)
    size = max(float(np.abs(at).max()), np.finfo(float).tiny)
    width = np.diff(at / size)
    random = np.random.default_rng(SEED)
    found, ways, seen = 0.0, np.zeros(WAYS), 0
    for _, ours, theirs in strata:
        counts, others = (
            np.bincount(cells[chosen], minlength=len(at))
            for chosen in (ours, theirs + len(scores[0]))
        )
        drawn = dealt(counts + others, len(ours), random)
        weight = len(ours) + len(theirs)
        found += weight * float(_apart(counts, others, width))
        ways += weight * _apart(drawn, counts + others - drawn, width)
        seen += weight
    spread = _spread([side / size for side in scores])
    effect = max(0.0, found - float(ways.mean())) / seen / spread
    shown = tuple(
        _stratum(name, scores[0][ours], scores[1][theirs]) for name, ours, theirs in strata
    )
    return Relation(effect, p_of(found, ways), _moved(inputs, is_numeric), shown)


def _stratum(name: float | str, reference: Numbers, current: Numbers) -> Stratum:
    return Stratum(
        name, len(reference), len(current), float(reference.mean()), float(current.mean())
    )


def is_pair(value: Any) -> bool:
    """Whether it is an input with its score, both known."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    return categories(value[:1]) != [None] and not np.isnan(numbers(value[1:])[0])


def _is_word(value: Any) -> bool:
    return isinstance(value, str | bool)


def _pairs(side: tuple[Sequence[Any], Sequence[Any]], is_numeric: bool) -> tuple[Any, Numbers]:
    inputs, scores = side
    if len(inputs) != len(scores):
        raise TooFew("Each input needs a score, and some have none.")
    found = numbers(scores)
    if is_numeric:
        given = numbers(inputs)
        both = ~np.isnan(found) & ~np.isnan(given)
        return given[both], found[both]
    named = categories(inputs)
    both = ~np.isnan(found) & np.array([name is not None for name in named], dtype=bool)
    return np.array(named, dtype=object)[both], found[both]


def _strata(inputs: Sequence[Any], is_numeric: bool) -> list[tuple[float | str, Counts, Counts]]:
    """Kinds of input of which both sides have enough, with the places of both sides' pairs."""
    names: list[Any]
    if is_numeric:
        edges = np.unique(np.quantile(inputs[0], np.arange(1, STRATA) / STRATA))
        names = [*map(float, edges), float(max(side.max() for side in inputs))]
        kinds = [np.searchsorted(edges, side) for side in inputs]
    else:
        found, both = np.unique(np.concatenate(inputs), return_inverse=True)
        names, kinds = list(found), [both[: len(inputs[0])], both[len(inputs[0]) :]]
    counts = [np.bincount(kind, minlength=len(names)) for kind in kinds]
    enough = np.flatnonzero(np.minimum(*counts) >= LEAST_OF_STRATUM)
    often = sorted(enough, key=lambda number: (-counts[0][number] - counts[1][number], number))
    return [
        (names[number], *(np.flatnonzero(kind == number) for kind in kinds))
        for number in sorted(often[:MOST_STRATA])
    ]


def _spread(scores: Sequence[Numbers]) -> float:
    own = 0.0 if scores[0].min() == scores[0].max() else float(scores[0].std())
    return own or float(np.concatenate(scores).std()) or 1.0


def _apart(ours: Counts, theirs: Counts, width: Numbers) -> Numbers:
    a, b = (np.cumsum(side, axis=-1) / side.sum(axis=-1, keepdims=True) for side in (ours, theirs))
    return np.asarray(np.abs(a - b)[..., :-1] @ width)


def _moved(inputs: Sequence[Any], is_numeric: bool) -> float:
    if is_numeric:
        return in_deviations(*inputs)
    _, places = np.unique(np.concatenate(inputs), return_inverse=True)
    n = len(inputs[0])
    ours = np.bincount(places[:n], minlength=places.max() + 1) / n
    theirs = np.bincount(places[n:], minlength=places.max() + 1) / (len(places) - n)
    return float(np.abs(ours - theirs).sum() / 2)
