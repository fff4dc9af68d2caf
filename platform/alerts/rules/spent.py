"""What was spent of a budget since its period began. Pure."""

from alerts.rules import beyond
from alerts.rules.conditions import Budget
from alerts.rules.points import Reading, Series, Side, Verdict
from traces.queries.metrics.buckets import edges, zone_named

NS = 1_000_000_000
LEAST_PART = 0.1  # of a period must be over before its end is told


def period_of(moment: int, period: str, zone: str) -> tuple[int, int]:
    """The begin and the end of the day, week or month of the wall's clock that the moment is in."""
    found = edges(moment * NS, moment * NS + 1, period, zone_named(zone))
    return found[0] // NS, found[1] // NS


def spent(condition: Budget, series: Series, number: int, zone: str) -> Reading:
    point = series[number]
    begin, end = period_of(point.begin, condition.period, zone)
    sums = [one.value or 0.0 for one in series[: number + 1] if one.begin >= begin]
    percent = sum(sums) / condition.amount * 100
    over = (min(point.end, end) - begin) / (end - begin)
    evidence = {"spent": sum(sums), "amount": condition.amount, "since": begin}
    if condition.projected:
        if over < LEAST_PART:
            return Reading(point, Verdict.TOO_FEW, percent, evidence=evidence)
        percent /= over
    verdict, tier, limit = beyond.judged(percent, percent, condition.limits, Side.ABOVE, None)
    return Reading(point, verdict, percent, tier=tier, limit=limit, evidence=evidence)
