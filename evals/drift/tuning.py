"""How what people say of drifts moves the threshold of a monitor.

A person calls a drift expected (it should not have been told) or harmful (it should), also one that
was not told. Of all thresholds between the effects that were judged, the one is best that would
have been wrong least: a harmful drift that is not told weighs as much as MISS expected ones that
are. Of several that are as good, the nearest to the present one is taken. A threshold moves by a
factor of STEP at a time and stays between a quarter of the method's own and four times it, so that
no row of clicks makes a monitor deaf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from evals.drift.methods import Method, least_effect

LEAST_JUDGED = 3
MOST_JUDGED = 50  # the newest
MISS = 3
STEP = 1.5
RANGE = 4.0


class Mark(StrEnum):
    EXPECTED = "expected"
    HARMFUL = "harmful"


@dataclass(frozen=True, slots=True)
class Judged:
    """The effect of a drift, and what a person said of it."""

    effect: float
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """`expected` of the judged drifts would be told though expected, and `missed` not told though
    harmful: with the new threshold and, before, with the old one.
    """

    least_effect: float
    expected: int
    missed: int
    expected_before: int
    missed_before: int


def tuned(threshold: float, judged: Sequence[Judged], *, method: Method) -> Tuned | None:
    """Newest last. None where too few were judged, or the threshold stays as it is. A classifier's
    area counts from 0.5, where it tells nothing.
    """
    recent = [one for one in judged[-MOST_JUDGED:] if one.effect >= 0]
    if len(recent) < LEAST_JUDGED:
        return None
    origin = 0.5 if method is Method.CLASSIFIER else 0.0
    own, present = least_effect(method) - origin, threshold - origin
    if present <= 0:
        return None
    found = _best(present, [Judged(max(0.0, one.effect - origin), one.mark) for one in recent])
    found = min(max(found, present / STEP), present * STEP)
    found = min(max(found, own / RANGE), own * RANGE)
    moved = origin + found
    if abs(moved - threshold) <= 1e-9 * threshold:
        return None
    before, after = _wrong(threshold, recent), _wrong(moved, recent)
    if _cost(*after) > _cost(*before):
        return None
    return Tuned(
        least_effect=moved,
        expected=after[0],
        missed=after[1],
        expected_before=before[0],
        missed_before=before[1],
    )


def _best(threshold: float, judged: Sequence[Judged]) -> float:
    effects = sorted({one.effect for one in judged})
    between = [(low + high) / 2 for low, high in pairwise(effects)]
    # One below all of them, and one above.
    candidates = [threshold, effects[0] / 1.1, *between, effects[-1] * 1.1]
    return min(
        (one for one in candidates if one > 0),
        key=lambda one: (_cost(*_wrong(one, judged)), abs(one - threshold)),
    )


def _wrong(threshold: float, judged: Sequence[Judged]) -> tuple[int, int]:
    """How many expected ones are told, and how many harmful ones are not."""
    expected = sum(one.mark is Mark.EXPECTED and one.effect >= threshold for one in judged)
    missed = sum(one.mark is Mark.HARMFUL and one.effect < threshold for one in judged)
    return expected, missed


def _cost(expected: int, missed: int) -> int:
    return expected + MISS * missed
