"""Values as they were sent, made fit to compare."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

LEAST = 2  # of each side, for anything to be said at all
MOST_VALUES = 100_000  # of each side
MOST_CATEGORIES = 200  # the others count together
MOST_CHARACTERS = 200  # of a category's name
VAST = 1e150  # no figure of a call is larger, and the square of this is still a number


class NotComparable(ValueError):
    """What the samples are asked for cannot be said of them. The message says why."""


class TooFew(NotComparable):
    """A side has fewer values than the question takes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`statistic` is in the method's own unit, `effect` in the one that thresholds are in, from 0
    for no difference (0.5 for a classifier). `p` is the probability of a statistic as far out if
    both sides came from the same source.
    """

    statistic: float
    effect: float
    p: float


SAME = Measured(0.0, 0.0, 1.0)  # one and the same value on both sides


def thinned(length: int, most: int) -> NDArray[np.intp]:
    """Places of at most `most` of so many values, evenly over their order."""
    if length <= most:
        return np.arange(length)
    return np.linspace(0, length - 1, most).round().astype(np.intp)


def numbers(values: Iterable[Any]) -> Numbers:
    """One for each value; NaN for what is no number, infinite, or beyond VAST; 0 for what is
    nearer to it than 1 ÷ VAST.
    """
    given = list(values)
    if all(type(value) is float for value in given):  # embeddings are long
        found = np.array(given, dtype=np.float64)
    else:
        found = np.fromiter((_number(value) for value in given), dtype=np.float64)
    found[~(np.abs(found) <= VAST)] = np.nan
    found[np.abs(found) < 1 / VAST] = 0.0
    return found


def _number(value: Any) -> float:
    if not isinstance(value, Number | Decimal) or isinstance(value, complex):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        return math.nan


def categories(values: Iterable[Any]) -> list[str | None]:
    """One for each value; None for what names no category. 1 and 1.0 are the same."""
    return [_category(value) for value in values]


def _category(value: Any) -> str | None:
    if isinstance(value, str):
        return value[:MOST_CHARACTERS]
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    number = _number(value)
    return None if math.isnan(number) else f"{number:.15g}"


def known(values: Iterable[Any]) -> Numbers:
    """The numbers among the values, at most MOST_VALUES."""
    found = numbers(values)
    found = found[~np.isnan(found)]
    return found[thinned(len(found), MOST_VALUES)]


def named(values: Iterable[Any]) -> list[str]:
    """The categories among the values, at most MOST_VALUES."""
    found = [value for value in categories(values) if value is not None]
    return [found[place] for place in thinned(len(found), MOST_VALUES)]


def enough(reference: Sequence[Any] | Numbers, current: Sequence[Any] | Numbers) -> None:
    """Raises TooFew where either side has fewer than LEAST values."""
    for side, values in (("reference", reference), ("current", current)):
        if len(values) < LEAST:
            raise TooFew(f"The {side} sample has {len(values)} values; {LEAST} are needed.")


def is_constant(reference: Numbers, current: Numbers) -> bool:
    """Whether both sides hold one and the same value."""
    return bool(min(reference.min(), current.min()) == max(reference.max(), current.max()))


def counted(reference: Sequence[str], current: Sequence[str]) -> tuple[list[str], Counts, Counts]:
    """The categories of both sides in order of their names, with how often each side has them. Past
    MOST_CATEGORIES the rarer ones count together, under "".
    """
    names, places = np.unique(np.array([*reference, *current], dtype=object), return_inverse=True)
    whole = np.bincount(places, minlength=len(names))
    kept = np.sort(np.argsort(-whole, kind="stable")[:MOST_CATEGORIES])
    ours = np.bincount(places[: len(reference)], minlength=len(names))
    theirs = whole - ours
    labels = [str(names[place]) for place in kept]
    counts = [side[kept] for side in (ours, theirs)]
    if len(kept) < len(names):
        labels.append("")
        counts = [
            np.append(part, side.sum() - part.sum())
            for part, side in zip(counts, (ours, theirs), strict=True)
        ]
    return labels, counts[0], counts[1]
