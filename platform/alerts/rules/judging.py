"""Judging buckets by a condition: one judge for each series, asked bucket by bucket. Pure: nothing
is read, no clock is looked at, and the same bucket is judged the same each time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from alerts.rules import beyond, unusual
from alerts.rules.baseline import Times
from alerts.rules.burn import burned
from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Condition,
    Drift,
    NoData,
    Threshold,
)
from alerts.rules.points import Reading, Series, Stand, Verdict, between, plain_mean, weighted_mean
from alerts.rules.spent import spent
from alerts.rules.standing import stood

# Of the bucket's number, and of the moment from which on nothing is usual any more (while firing).
Judge = Callable[[int, int | None], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured of one segment. Of a composite, `signals` are the series of its signals,
    with the same buckets as `series`; of what is judged elsewhere, `stands` are how it stood in
    each. `is_sum`: the value is a count or a sum, so that buckets
    without anything are 0 and count as much as others.
    """

    series: Series
    signals: tuple[Series, ...] = ()
    stands: tuple[Stand | None, ...] = ()
    is_sum: bool = False
    zone: str = "UTC"
    without: Times = ()


def judge_of(condition: Condition, seen: Seen) -> Judge:
    match condition:
        case Threshold():
            return partial(_threshold, condition, seen)
        case Change():
            return partial(_change, condition, seen)
        case Anomaly():
            return unusual.Deviations(condition, seen.series, seen.without).reading
        case Composite():
            return unusual.Together(condition, seen.signals, seen.without).reading
        case BurnRate():
            return lambda number, _frozen_at: burned(condition, seen.series, number)
        case Budget():
            return lambda number, _frozen_at: spent(condition, seen.series, number, seen.zone)
        case NoData():
            return partial(_no_data, condition, seen)
        case Drift() | BudgetState():
            return lambda number, _frozen_at: stood(
                condition, seen.series[number], seen.stands[number]
            )


def _threshold(condition: Threshold, seen: Seen, number: int, _frozen_at: int | None) -> Reading:
    point = seen.series[number]
    if point.value is None:
        return Reading(point, Verdict.NO_DATA)
    limits, side = condition.limits, condition.side
    if point.samples < condition.least_samples:
        limit = beyond.first_limit(limits).value
        return Reading(point, Verdict.TOO_FEW, point.value, limit=limit)
    sure = point.value
    if condition.is_sure:
        sure = beyond.sure_value(point.value, point.samples, side)
    verdict, tier, limit = beyond.judged(point.value, sure, limits, side, condition.recovery)
    evidence = {"sure": sure} if condition.is_sure else None
    return Reading(point, verdict, point.value, tier=tier, limit=limit, evidence=evidence)


def _change(condition: Change, seen: Seen, number: int, _frozen_at: int | None) -> Reading:
    """Nothing before is nothing to compare with, and no rise without end."""
    point = seen.series[number]
    if point.value is None:
        return Reading(point, Verdict.NO_DATA)
    since = point.begin - condition.back_seconds
    earlier = between(seen.series[:number], since, since + condition.span_seconds)
    mean, samples = (plain_mean if seen.is_sum else weighted_mean)(earlier)
    least = condition.least_samples
    if not mean or samples < least or point.samples < least:
        return Reading(point, Verdict.TOO_FEW, None, evidence={"now": point.value, "before": mean})
    change = (point.value - mean) / abs(mean) * 100
    verdict, tier, limit = beyond.judged(
        change, change, condition.limits, condition.side, condition.recovery
    )
    evidence = {"now": point.value, "before": mean}
    return Reading(point, verdict, change, tier=tier, limit=limit, evidence=evidence)


def _no_data(condition: NoData, seen: Seen, number: int, _frozen_at: int | None) -> Reading:
    point = seen.series[number]
    reading = Reading(
        point, Verdict.GOOD, float(point.samples), limit=float(condition.least_samples)
    )
    if point.samples >= condition.least_samples:
        return reading
    return replace(reading, verdict=Verdict.BAD, tier=condition.tier)
