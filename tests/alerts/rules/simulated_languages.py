"""Six weeks of judged answers in three languages, by the hour, of which one begins to hallucinate;
and a day on which a provider is out. The same each time.
"""

from dataclasses import dataclass

import numpy

from alerts.rules.points import Point
from tests.alerts.rules.series import MONDAY
from tests.alerts.rules.simulated import busy

HOUR, DAY = 3600, 24
HOURS, CALM = 42 * DAY, 21 * DAY  # nothing goes wrong in the calm weeks
JUDGED = {"en": 60, "de": 24, "ko": 12}  # answers an hour, on average
USUAL, JUMPED = 0.02, 0.15
LANGUAGE, BEGIN, END = "ko", CALM + 4 * DAY + 9, CALM + 8 * DAY + 9


@dataclass(frozen=True, slots=True)
class Judged:
    """Of an hour: answers that were judged, and those that are hallucinated."""

    answers: int
    bad: int


def answers() -> dict[str, list[Judged]]:
    """By language. 2 % are bad, and 15 % of one language from BEGIN to END."""
    chance = numpy.random.default_rng(20261122)
    found: dict[str, list[Judged]] = {name: [] for name in JUDGED}
    for hour in range(HOURS):
        for name, usually in JUDGED.items():
            rate = JUMPED if name == LANGUAGE and BEGIN <= hour < END else USUAL
            count = int(chance.poisson(usually * (0.6 + 1.4 * busy(hour * 4))))
            found[name].append(Judged(count, int(chance.binomial(count, rate))))
    return found


def together(found: dict[str, list[Judged]]) -> list[Judged]:
    """All languages as one."""
    return [
        Judged(sum(one.answers for one in hour), sum(one.bad for one in hour))
        for hour in zip(*found.values(), strict=True)
    ]


def shares(judged: list[Judged]) -> list[Point]:
    return [
        Point(
            MONDAY + number * HOUR,
            MONDAY + (number + 1) * HOUR,
            one.bad / one.answers if one.answers else None,
            one.answers,
        )
        for number, one in enumerate(judged)
    ]


WIDTH, BUCKETS = 300, 288  # a day by five minutes
ROUTES = (("first", "chat"), ("first", "search"), ("first", "summary"), ("second", "translate"))
OUT_BEGIN, OUT_END, SLOW_END = 120, 126, 128  # queues take ten minutes more to empty


def outage() -> tuple[dict[tuple[str, ...], list[Point]], dict[tuple[str, ...], list[Point]]]:
    """The rate of errors by provider, and the p95 by provider and route. The first provider is out
    for half an hour, in which a route of the second is slow for reasons of its own.
    """
    chance = numpy.random.default_rng(20261123)
    errors: dict[tuple[str, ...], list[Point]] = {("first",): [], ("second",): []}
    slow: dict[tuple[str, ...], list[Point]] = {route: [] for route in ROUTES}
    for number in range(BUCKETS):
        begin = MONDAY + number * WIDTH
        for (provider,), points in errors.items():
            is_out = provider == "first" and OUT_BEGIN <= number < OUT_END
            bad = int(chance.binomial(200, 0.6 if is_out else 0.01))
            points.append(Point(begin, begin + WIDTH, bad / 200, 200))
        for (provider, _route), points in slow.items():
            is_slow = OUT_BEGIN <= number < (SLOW_END if provider == "first" else OUT_END)
            value = (7.0 if is_slow else 2.0) * float(chance.lognormal(0.0, 0.08))
            points.append(Point(begin, begin + WIDTH, value, 50))
    return errors, slow
