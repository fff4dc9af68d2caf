"""How well predictions did, by labels that may come late. Intervals are of 95 %."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from evals.drift.statistics.samples import NotComparable, Numbers, TooFew, categories, numbers
from prompts import bounds
from prompts.bounds import Interval
from prompts.figures.statistics import CONFIDENCE

LEAST = 10  # labelled predictions
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Performance:
    """Figures by name, of the `labelled` predictions; `waiting` have no label yet. A figure that
    does not exist, as precision where nothing was predicted, is missing.
    """

    figures: dict[str, Interval]
    labelled: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Change:
    """The current less the reference."""

    name: str
    reference: Interval
    current: Interval
    difference: Interval

    @property
    def is_sure(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return self.difference.low > 0 or self.difference.high < 0


def classification(
    predicted: Sequence[Any],
    actual: Sequence[Any],
    *,
    positive: Any,
    scores: Sequence[Any] | None = None,
) -> Performance:
    """Accuracy of any classes; precision, recall and F1 of `positive` against the rest; with scores
    that are higher for it, AUC too. A label of None is still to come.
    """
    said, true = categories(predicted), categories(actual)
    same_length(said, true, scores)
    has = [number for number, one in enumerate(zip(said, true, strict=True)) if None not in one]
    at_least(len(has))
    name = categories([positive])[0]
    yes = np.array([said[number] == name for number in has])
    is_so = np.array([true[number] == name for number in has])
    right = sum(said[number] == true[number] for number in has)
    hits = int((yes & is_so).sum())
    figures = {"accuracy": bounds.share(right, len(has), CONFIDENCE)}
    for figure, of in (("precision", int(yes.sum())), ("recall", int(is_so.sum()))):
        if of:
            figures[figure] = bounds.share(hits, of, CONFIDENCE)
    if yes.any() or is_so.any():
        figures["f1"] = f1(hits, int((yes & ~is_so).sum()), int((~yes & is_so).sum()))
    if scores is not None:
        figures |= _auc(numbers(scores)[has], is_so)
    return Performance(figures, len(has), sum(one is None for one in true))


def f1(hits: int, false: int, missed: int) -> Interval:
    """F1 is 2j ÷ (1 + j) with j the share hits ÷ (hits + false + missed), and so its interval is
    Wilson's of that share, carried over.
    """
    share = bounds.share(hits, hits + false + missed, CONFIDENCE)
    return Interval(*(2 * one / (1 + one) for one in (share.low, share.estimate, share.high)))


def _auc(scores: Numbers, is_so: Any) -> dict[str, Interval]:
    known = ~np.isnan(scores)
    positive, negative = scores[known & is_so], scores[known & ~is_so]
    if len(positive) < 2 or len(negative) < 2:
        return {}
    return {"auc": auc(positive, negative)}


def auc(positive: Numbers, negative: Numbers) -> Interval:
    """With the variance of E. R. DeLong et al. (Biometrics 44, 1988), on the scale of logits so
    that its ends are shares; where it is 0 or 1, by the exact bound of as many values as the side
    that has fewer.
    """
    m, n = len(positive), len(negative)
    whole = rankdata(np.concatenate([positive, negative]))
    above = (whole[:m] - rankdata(positive)) / n
    below = 1 - (whole[m:] - rankdata(negative)) / m
    area = float(above.mean())
    if area in (0.0, 1.0):
        exact = bounds.exact_share(min(m, n) if area else 0, min(m, n), CONFIDENCE)
        return Interval(exact.low, area, exact.high)
    error = math.sqrt(float(above.var(ddof=1)) / m + float(below.var(ddof=1)) / n)
    middle, half = math.log(area / (1 - area)), Z * error / (area * (1 - area))
    return Interval(_share(middle - half), area, _share(middle + half))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


def regression(predicted: Sequence[Any], actual: Sequence[Any]) -> Performance:
    """RMSE and MAE, in the unit of what was predicted. A label of None is still to come."""
    said, true = numbers(predicted), numbers(actual)
    same_length(predicted, actual)
    has = ~np.isnan(said) & ~np.isnan(true)
    at_least(int(has.sum()))
    off = np.abs(said[has] - true[has])
    size = float(off.max())
    figures = {"rmse": Interval(0.0, 0.0, 0.0), "mae": Interval(0.0, 0.0, 0.0)}
    if size:
        squares, sizes = (_mean((off / size) ** power) for power in (2, 1))
        figures["rmse"] = _carried(squares, lambda one: size * math.sqrt(one))
        figures["mae"] = _carried(sizes, lambda one: size * one)
    return Performance(figures, int(has.sum()), int(np.isnan(true).sum()))


def _mean(values: Numbers) -> Interval:
    found = bounds.mean(float(values.mean()), float(values.var(ddof=1)), len(values), CONFIDENCE)
    return Interval(max(0.0, found.low), found.estimate, found.high)


def _carried(interval: Interval, to: Callable[[float], float]) -> Interval:
    return Interval(to(interval.low), to(interval.estimate), to(interval.high))


def changes(reference: Performance, current: Performance) -> list[Change]:
    """Of the figures that both have. The interval of a difference is made of both figures' own, as
    R. G. Newcombe's of two shares is (Statistics in Medicine 17, 1998, method 10).
    """
    found = []
    for name, base in reference.figures.items():
        if ours := current.figures.get(name):
            difference = ours.estimate - base.estimate
            below = math.hypot(ours.estimate - ours.low, base.high - base.estimate)
            above = math.hypot(ours.high - ours.estimate, base.estimate - base.low)
            apart = Interval(difference - below, difference, difference + above)
            found.append(Change(name, base, ours, apart))
    return found


def same_length(*columns: Sequence[Any] | None) -> None:
    if len({len(column) for column in columns if column is not None}) > 1:
        raise NotComparable("Predictions, labels and scores must be as many.")


def at_least(labelled: int) -> None:
    if labelled < LEAST:
        raise TooFew(f"{labelled} predictions have a label; {LEAST} are needed.")
