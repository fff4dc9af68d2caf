"""What the coming days will cost, from what the days before them did. Pure.

The model is a weighted least-squares line with weekdays, in dollars a day:

    cost(t) = level + trend · t + weekday(t) + error

- Of the last 56 whole days; a day weighs half of one 14 days younger, so that it follows changes.
- With fewer than 7 days since the first cost nothing is forecast; below 14 days it is the level
  alone, below 28 level and weekdays.
- The trend is damped: each day ahead adds 0.97 of what the day before it added (Gardner and
  McKenzie, 1985), because lines that go on for ever are wrong.
- The interval is that of a prediction from the regression (Student's t), widened for errors that
  follow each other: with their lag-one correlation r, between 0 and 0.9, the variance of a sum of
  h errors is s²·(h + 2·Σ (h − k)·r^k), and that of the coefficients grows by (1 + r) / (1 − r).
- No cost is below zero, neither an expectation nor an end of an interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from scipy import stats

LOOKS_BACK = 56
LEAST_DAYS = 7
LEAST_FOR_WEEKDAYS, LEAST_FOR_TREND = 14, 28
HALF_LIFE = 14.0  # days
DAMPING = 0.97
MOST_CORRELATION = 0.9
CONFIDENCE = 0.9
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Amount:
    """An expected sum in dollars, and the interval that holds it with CONFIDENCE."""

    expected: float
    low: float
    high: float


class Course:
    """A fitted course. `first` is the day of the first value; one value for each day since."""

    def __init__(self, first: date, values: Sequence[float]) -> None:
        self._first = first
        self._n = len(values)
        self.has_weekdays = self._n >= LEAST_FOR_WEEKDAYS
        self.has_trend = self._n >= LEAST_FOR_TREND
        y = np.asarray(values, dtype=float)
        x = np.vstack([self._row(number) for number in range(self._n)])
        weight = 0.5 ** ((self._n - 1 - np.arange(self._n)) / HALF_LIFE)
        self._inverse = np.linalg.pinv(x.T @ (weight[:, None] * x))
        self._beta = self._inverse @ (x.T @ (weight * y))
        # The sandwich: weights are a choice of what matters, not what is known of the variance.
        self._spread = self._inverse @ (x.T @ ((weight**2)[:, None] * x)) @ self._inverse
        error = y - x @ self._beta
        effective = weight.sum() ** 2 / (weight**2).sum()
        self._freedom = max(effective - x.shape[1], 1.0)
        weighed = float((weight * error**2).sum() / weight.sum())
        self._variance = weighed * effective / self._freedom
        self._correlation = _correlation(error)

    def _row(self, number: float) -> list[float]:
        """The regressors of the day with this number, 0 being the first."""
        ahead = number - (self._n - 1)
        t = _damped(ahead) if ahead > 0 else ahead
        row = [1.0]
        if self.has_trend:
            row.append(t)
        if self.has_weekdays:
            weekday = (self._first + timedelta(days=int(number))).weekday()
            # Contrasts, so that the weekdays of a week sum to nothing.
            row += [1.0 if weekday == one else (-1.0 if weekday == 6 else 0.0) for one in range(6)]
        return row

    def expected(self, day: date) -> float:
        """Dollars of one day."""
        return max(float(np.dot(self._row((day - self._first).days), self._beta)), 0.0)

    def weekdays(self) -> list[float]:
        """Dollars that Monday to Sunday are above or below the level; nothing where too little is
        known.
        """
        if not self.has_weekdays:
            return []
        six = [float(one) for one in self._beta[-6:]]
        return [*six, -sum(six)]

    def _moments(self, days: Sequence[date], shares: Sequence[float]) -> tuple[float, float]:
        """The expectation and variance of the sum of shares of days, which follow each other."""
        rows = np.array([self._row((day - self._first).days) for day in days])
        part = np.asarray(shares, dtype=float)
        mean = float(np.maximum(rows @ self._beta, 0.0) @ part)
        along = part @ rows
        r = self._correlation
        distance = np.abs(np.subtract.outer(np.arange(len(days)), np.arange(len(days))))
        # Part of a day has that part of its variance, as independent hours would.
        together = np.sqrt(np.outer(part, part)) * r**distance if r else np.diag(part)
        noise = self._variance * float(together.sum())
        fit = self._variance * float(along @ self._spread @ along) * (1 + r) / (1 - r)
        return mean, noise + fit

    def sum_of(self, days: Sequence[date], shares: Sequence[float] | None = None) -> Amount:
        """What these days come to together; `shares` says how much of each is still to come."""
        if not days:
            return Amount(0.0, 0.0, 0.0)
        mean, variance = self._moments(days, shares or [1.0] * len(days))
        reach = _quantile(self._freedom) * math.sqrt(variance)
        return Amount(mean, max(mean - reach, 0.0), mean + reach)

    def chance_above(
        self, limit: float, days: Sequence[date], shares: Sequence[float] | None = None
    ) -> float:
        """The probability that these days cost more than `limit` dollars."""
        if not days:
            return 1.0 if limit < 0 else 0.0
        if limit < 0:  # no cost is below zero
            return 1.0
        mean, variance = self._moments(days, shares or [1.0] * len(days))
        if variance < TINY:
            return 1.0 if mean > limit else 0.0
        return float(stats.t.sf((limit - mean) / math.sqrt(variance), self._freedom))


def course_of(days: Sequence[tuple[date, float]]) -> Course | None:
    """The course of whole days without a gap, in order. What came before the first cost is no
    history; None where too little is left.
    """
    recent = list(days[-LOOKS_BACK:])
    while recent and recent[0][1] <= 0:
        recent.pop(0)
    if len(recent) < LEAST_DAYS:
        return None
    return Course(recent[0][0], [value for _day, value in recent])


def history_of(days: Sequence[tuple[date, float]]) -> int:
    """Of how many days something is known: those since the first cost, of the last 56."""
    recent = days[-LOOKS_BACK:]
    return next((len(recent) - at for at, (_day, value) in enumerate(recent) if value > 0), 0)


def _damped(ahead: float) -> float:
    return DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING)


def _correlation(error: np.ndarray) -> float:
    """How much an error tells of the next day's, from 0 to MOST_CORRELATION."""
    whole = float((error**2).sum())
    if len(error) < LEAST_FOR_WEEKDAYS or whole < TINY:
        return 0.0
    return min(max(float((error[1:] * error[:-1]).sum()) / whole, 0.0), MOST_CORRELATION)


@lru_cache(maxsize=512)
def _quantile(freedom: float) -> float:
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom))


@dataclass(frozen=True, slots=True)
class BackTest:
    """How good forecasts of a week, made the day before it, would have been. `error` is the mean
    of |forecast − actual| ÷ actual (MAPE), over the weeks that cost something; `inside` of
    `weeks` lay in their interval.
    """

    weeks: int
    error: float | None
    inside: int


def back_test(days: Sequence[tuple[date, float]], weeks: int = 8) -> BackTest:
    """Forecast each of the last weeks from only what was known before it."""
    errors, inside, tried = [], 0, 0
    for back in range(weeks, 0, -1):
        end = len(days) - 7 * (back - 1)
        start = end - 7
        if start < LEAST_DAYS:
            continue
        course = course_of(days[:start])
        if course is None:
            continue
        actual = sum(value for _day, value in days[start:end])
        found = course.sum_of([day for day, _value in days[start:end]])
        tried += 1
        inside += found.low <= actual <= found.high
        if actual > 0:
            errors.append(abs(found.expected - actual) / actual)
    return BackTest(tried, sum(errors) / len(errors) if errors else None, inside)
