"""Where a budget stands and where it goes: burn rate, projection, the day it is used up. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.budgets.forecast import Amount, Course
from dashboards.budgets.periods import Period, day_of, hour_of

MOST_HASTE = 10.0  # today is not expected to run at more than this many times the usual
BY_HOUR = 0.75
PRIOR = 0.25  # of a usual day: how much must be seen of today before its own pace counts


@dataclass(frozen=True, slots=True)
class Projection:
    """What the period will have cost at its end; `chance` is of spending more than the amount."""

    end: Amount
    exceeded_on: date | None
    chance: float


def burn_rate(spent: float, amount: float, elapsed: float) -> float | None:
    """Spent share ÷ elapsed share: 1 comes out even, 2 uses all in half the time. None in the
    first moment.
    """
    return spent / amount / elapsed if elapsed > 0 and amount > 0 else None


def burn_of_window(spent: float, amount: float, window: int, period: Period) -> float | None:
    """The same of the last `window` nanoseconds alone."""
    return burn_rate(spent, amount, window / (period.until - period.since))


def left_of_today(now: int, zone: str, by_hour: Mapping[int, float]) -> float:
    """How much of a day's cost comes after this time of day: three quarters by what each hour
    usually costs, and a quarter by the clock, since an hour that was quiet need not stay so.
    """
    hour = hour_of(now, zone)
    whole = sum(by_hour.values())
    if whole <= 0:
        return 1 - hour / 24
    later = sum(cost for at, cost in by_hour.items() if at > int(hour))
    usual = (later + by_hour.get(int(hour), 0.0) * (1 - hour % 1)) / whole
    return BY_HOUR * usual + (1 - BY_HOUR) * (1 - hour / 24)


def haste(today: float, usual: float, left: float) -> float:
    """How today runs against a usual day, from what of it is over. Little of a day says little:
    as if a quarter of a usual day had been seen besides.
    """
    if usual <= 0:
        return 1.0
    return min((today + PRIOR * usual) / ((1 - left) * usual + PRIOR * usual), MOST_HASTE)


@dataclass(frozen=True, slots=True)
class ToCome:
    """The days of a period from today on, and how much of each is still to come."""

    days: tuple[date, ...]
    shares: tuple[float, ...]


def to_come(
    course: Course, period: Period, now: int, *, today: float, by_hour: Mapping[int, float]
) -> ToCome:
    """`today` is what was spent of it so far."""
    this_day = day_of(now, period.zone)
    left = left_of_today(now, period.zone, by_hour)
    first = left * haste(today, course.expected(this_day), left)
    days = [this_day + timedelta(days=n) for n in range((period.last - this_day).days + 1)]
    return ToCome(tuple(days), (first, *[1.0] * (len(days) - 1)))


def projected(course: Course, rest: ToCome, *, spent: float, amount: float) -> Projection:
    """`spent` is of the whole period until now."""
    end = _plus(course.sum_of(rest.days, rest.shares), spent)
    chance = course.chance_above(amount - spent, rest.days, rest.shares)
    return Projection(end, _day_above(course, rest, spent, amount), chance)


def cumulated(course: Course, rest: ToCome, *, spent: float) -> list[tuple[date, Amount]]:
    """The sum at the end of each day from today on."""
    return [
        (day, _plus(course.sum_of(rest.days[: n + 1], rest.shares[: n + 1]), spent))
        for n, day in enumerate(rest.days)
    ]


def _day_above(course: Course, rest: ToCome, spent: float, amount: float) -> date | None:
    """The first day at whose end more than the amount is expected to be spent."""
    for day, share in zip(rest.days, rest.shares, strict=True):
        spent += course.expected(day) * share
        if spent > amount:
            return day
    return None


def _plus(sum_of: Amount, spent: float) -> Amount:
    return Amount(sum_of.expected + spent, sum_of.low + spent, sum_of.high + spent)
