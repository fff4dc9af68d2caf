"""Numbers that are known from elsewhere: the Site Reliability Workbook's table, Wilson's intervals,
Stouffer's sums.
"""

import pytest

from alerts.incidents.tiers import Tier
from alerts.rules.beyond import wilson
from alerts.rules.burn import burn, burn_limit
from alerts.rules.conditions import DAY, HOUR, STANDARD_WINDOWS, BurnRate
from alerts.rules.judging import Seen, judge_of
from alerts.rules.points import Point, Verdict
from alerts.rules.stouffer import alike, combined, contributions

MONTH, WEEK = 30 * DAY, 7 * DAY


@pytest.mark.parametrize(
    ("share", "period", "long", "limit"),
    [
        (0.02, MONTH, HOUR, 14.4),
        (0.05, MONTH, 6 * HOUR, 6.0),
        (0.10, MONTH, DAY, 3.0),
        (0.10, MONTH, 3 * DAY, 1.0),
        (0.10, WEEK, HOUR, 16.8),
        (0.20, WEEK, 6 * HOUR, 5.6),
    ],
)
def test_the_limit_of_a_burn_is_the_budgets_share_by_the_time(share, period, long, limit):
    assert burn_limit(share, period, long) == pytest.approx(limit, abs=1e-6)


def test_the_standard_windows_use_two_five_and_ten_per_cent_of_a_month():
    for window, share in zip(STANDARD_WINDOWS, (0.02, 0.05, 0.10, 0.10), strict=True):
        assert window.burn == pytest.approx(burn_limit(share, MONTH, window.long_seconds), abs=1e-6)
        assert window.short_seconds * 12 == window.long_seconds


def test_two_per_cent_of_errors_burn_an_objective_of_three_nines_twentyfold():
    assert burn(0.02, 0.999) == pytest.approx(20, abs=1e-6)


def hour_of(errors: list[float]) -> Seen:
    """Twelve buckets of five minutes, a thousand calls each."""
    return Seen(series=[Point(n * 300, n * 300 + 300, rate, 1000) for n, rate in enumerate(errors)])


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [([0.02] * 12, Verdict.BAD), ([*([0.02 * 12 / 11] * 11), 0.0], Verdict.GOOD)],
)
def test_an_hour_of_errors_calls_somebody_only_while_they_go_on(errors, verdict):
    page = BurnRate(objective=0.999, windows=STANDARD_WINDOWS[:1])
    reading = judge_of(page, hour_of(errors))(11, None)
    assert reading.verdict == verdict
    if verdict == Verdict.BAD:
        assert reading.tier == Tier.CRITICAL
        assert reading.value == pytest.approx(20, abs=1e-6)
        assert reading.limit == 14.4


@pytest.mark.parametrize(
    ("bad", "samples", "low", "high"),
    [
        (3, 20, 0.0523687459, 0.3604188647),
        (15, 100, 0.0930598528, 0.2328355959),
        (1, 5, 0.0362241086, 0.6244653702),
    ],
)
def test_wilsons_interval(bad, samples, low, high):
    assert wilson(bad, samples) == pytest.approx((low, high), abs=1e-6)


def test_three_weak_signals_together_fire_only_when_they_are_independent():
    zs, weights = [2.0, 2.0, 2.0], [1.0, 1.0, 1.0]
    assert combined(zs, weights, alike(3, 0.0)) == pytest.approx(3.4641016151, abs=1e-6)
    assert combined(zs, weights, alike(3, 0.5)) == pytest.approx(2.4494897428, abs=1e-6)
    assert contributions(zs, weights) == pytest.approx([1 / 3] * 3, abs=1e-6)
