"""How fast an error budget burns. Pure. Site Reliability Workbook, chapter 5."""

from alerts.rules.beyond import sure_value
from alerts.rules.conditions import BurnRate, BurnWindow
from alerts.rules.points import Point, Reading, Series, Side, Verdict, between, weighted_mean


def burn(bad_share: float, objective: float) -> float:
    """How many times faster than just used up at the end of the period."""
    return bad_share / (1 - objective)


def burn_limit(budget_share: float, period_seconds: float, long_seconds: float) -> float:
    """The burn at which this share of the period's budget is gone within the long window."""
    return budget_share * period_seconds / long_seconds


def burned(condition: BurnRate, series: Series, number: int) -> Reading:
    """Of the bucket `number`: bad by the highest tier of whose windows both burn; good once no long
    window's short one burns any more.
    """
    point = series[number]
    rates = [_rates(condition, series, point, one) for one in condition.windows]
    if all(long is None for long, _short in rates):
        is_empty = point.samples == 0
        return Reading(point, Verdict.NO_DATA if is_empty else Verdict.TOO_FEW, point.value)
    burning = [
        (window, min(long, short))
        for window, (long, short) in zip(condition.windows, rates, strict=True)
        if long is not None and short is not None and min(long, short) > window.burn
    ]
    if not burning:
        window, (long, _short) = next(
            (window, pair)
            for window, pair in zip(condition.windows, rates, strict=True)
            if pair[0] is not None
        )
        return Reading(point, Verdict.GOOD, long, limit=window.burn)
    window, rate = max(burning, key=lambda one: one[0].tier.rank)
    evidence = {"long_seconds": window.long_seconds, "short_seconds": window.short_seconds}
    return Reading(point, Verdict.BAD, rate, tier=window.tier, limit=window.burn, evidence=evidence)


def _rates(
    condition: BurnRate, series: Series, point: Point, window: BurnWindow
) -> tuple[float | None, float | None]:
    """Of the long and the short window; None where the long one holds too few things."""
    share, samples = _bad_share(condition, series, point.end - window.long_seconds, point.end)
    if share is None or samples < max(1, condition.least_samples):
        return None, None
    if condition.is_sure:
        share = sure_value(share, samples, Side.ABOVE)
    short, _samples = _bad_share(condition, series, point.end - window.short_seconds, point.end)
    return burn(share, condition.objective), burn(short or 0.0, condition.objective)


def _bad_share(
    condition: BurnRate, series: Series, since: int, until: int
) -> tuple[float | None, int]:
    share, samples = weighted_mean(between(series, since, until))
    if share is None:
        return None, 0
    return (1 - share if condition.counts_good else share), samples
