"""Traffic of eight weeks by the quarter of an hour, with what goes wrong at known moments: for
figures of how soon rules notice, and how often they are wrong. The same each time.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy

from alerts.rules.points import Point
from tests.alerts.rules.series import MONDAY

WIDTH, DAY = 900, 96  # seconds of a bucket, buckets of a day
BUCKETS = 8 * 7 * DAY
CALM = 5 * 7 * DAY  # nothing goes wrong before
Values = tuple[float, float]  # the rate of errors, the p95 latency in seconds


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong from one bucket to another, as errors and latency become; and which of the
    two (0, 1) it is seen in.
    """

    name: str
    of: tuple[int, ...]
    begin: int
    end: int
    becomes: Callable[[float, Values], Values]  # of how much of it is over


TROUBLES = (
    Trouble("outage: 40 % of calls fail", (0, 1), CALM + 2 * DAY + 40, CALM + 2 * DAY + 48,
            lambda _part, now: (0.40, now[1] * 2)),
    Trouble("2 % → 8 % errors at night", (0,), CALM + 6 * DAY + 8, CALM + 6 * DAY + 24,
            lambda _part, now: (now[0] + 0.06, now[1])),
    Trouble("latency × 1.6 after a deploy", (1,), CALM + 9 * DAY + 44, CALM + 9 * DAY + 76,
            lambda _part, now: (now[0], now[1] * 1.6)),
    Trouble("slow creep: latency + 60 % in two days", (1,), CALM + 13 * DAY, CALM + 15 * DAY,
            lambda part, now: (now[0], now[1] * (1 + 0.6 * part))),
    Trouble("errors + 2 %, latency × 1.25 together", (0, 1), CALM + 18 * DAY + 50,
            CALM + 18 * DAY + 74, lambda _part, now: (now[0] + 0.02, now[1] * 1.25)),
)  # fmt: skip


def busy(number: int) -> float:
    """Between 0 and 1: working hours of working days."""
    hour, day = number % DAY / 4, number // DAY % 7
    wave = math.exp(-(((hour - 14) / 4) ** 2))
    return wave * (1.0 if day < 5 else 0.35)


def usual(number: int) -> Values:
    """Batches at three in the morning fail and take longer, each night."""
    is_batch = 12 <= number % DAY < 14
    return (0.06 if is_batch else 0.02, 1.5 + 1.5 * busy(number) + (2.5 if is_batch else 0.0))


def traffic() -> tuple[list[Point], list[Point]]:
    """The rate of errors and the p95 latency of each bucket."""
    chance = numpy.random.default_rng(20261121)
    errors, latencies = [], []
    for number in range(BUCKETS):
        now = usual(number)
        for one in TROUBLES:
            if one.begin <= number < one.end:
                now = one.becomes((number - one.begin) / (one.end - one.begin), now)
        calls = int(chance.poisson(40 + 400 * busy(number)))
        begin = MONDAY + number * WIDTH
        rate = float(chance.binomial(calls, now[0])) / calls if calls else None
        latency = now[1] * float(chance.lognormal(0.0, 0.08))
        errors.append(Point(begin, begin + WIDTH, rate, calls))
        latencies.append(Point(begin, begin + WIDTH, latency, calls))
    return errors, latencies
