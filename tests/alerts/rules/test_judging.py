"""What buckets say, by the kind of condition."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    DAY,
    HOUR,
    Budget,
    BurnRate,
    Change,
    NoData,
    Period,
    Threshold,
    WrongRule,
)
from alerts.rules.judging import Seen, judge_of
from alerts.rules.points import Limit, Point, Side, Verdict
from alerts.rules.spent import period_of
from tests.alerts.rules.series import MONDAY, series

WARNING = Tier.WARNING


def last(condition, points, **options):
    return judge_of(condition, Seen(series=points, **options))(len(points) - 1, None)


def test_one_failure_of_five_calls_is_no_error_rate_of_twenty_per_cent():
    limits = (Limit(WARNING, 0.05),)
    careful = Threshold(limits=limits, is_sure=True)
    assert last(Threshold(limits=limits), series([0.2], samples=5)).verdict == Verdict.BAD
    assert last(careful, series([0.2], samples=5)).verdict == Verdict.BETWEEN
    assert last(careful, series([0.2], samples=100)).verdict == Verdict.BAD


def test_quality_falls_below_its_limit_surely():
    careful = Threshold(side=Side.BELOW, limits=(Limit(WARNING, 0.8),), is_sure=True)
    assert last(careful, series([0.6], samples=5)).verdict == Verdict.BETWEEN
    assert last(careful, series([0.6], samples=100)).verdict == Verdict.BAD
    assert last(careful, series([0.9], samples=100)).verdict == Verdict.GOOD


def test_a_value_that_equals_its_limit_is_not_beyond_it():
    assert last(Threshold(limits=(Limit(WARNING, 5),)), series([5.0])).verdict == Verdict.GOOD


def test_a_change_is_against_the_same_hour_of_yesterday():
    costs = series([10.0] * 24 + [31.0], width=HOUR)
    rule = Change(limits=(Limit(WARNING, 200),), back_seconds=DAY, span_seconds=HOUR)
    reading = last(rule, costs, is_sum=True)
    assert reading.verdict == Verdict.BAD
    assert reading.value == pytest.approx(210, abs=1e-9)
    assert reading.evidence == {"now": 31.0, "before": 10.0}


def test_a_change_to_either_side_of_the_week_before():
    rule = Change(
        side=Side.EITHER, limits=(Limit(WARNING, 50),), back_seconds=7 * DAY, span_seconds=7 * DAY
    )
    week = [200.0] * 7 * 24
    for now, verdict in ((80.0, Verdict.BAD), (301.0, Verdict.BAD), (150.0, Verdict.GOOD)):
        assert last(rule, series([*week, now], width=HOUR)).verdict == verdict


def test_averages_before_count_by_their_samples_and_sums_by_their_buckets():
    points = [Point(0, 60, 1.0, 900), Point(60, 120, 11.0, 100), Point(120, 180, 4.0, 10)]
    rule = Change(limits=(Limit(WARNING, 50),), back_seconds=120, span_seconds=120)
    assert last(rule, points).value == pytest.approx(100)
    assert last(rule, points, is_sum=True).value == pytest.approx(-100 / 3)


def test_nothing_before_is_nothing_to_compare_with():
    rule = Change(limits=(Limit(WARNING, 50),))
    assert last(rule, series([5.0])).verdict == Verdict.TOO_FEW
    assert last(rule, series([0.0] * 24 + [5.0], width=HOUR)).verdict == Verdict.TOO_FEW


def test_a_budget_is_told_at_eighty_and_at_a_hundred_per_cent():
    rule = Budget(amount=10.0)
    spent = series([1.0] * 7, width=HOUR)
    assert last(rule, spent).verdict == Verdict.GOOD
    assert last(rule, series([1.0] * 9, width=HOUR)).tier == WARNING
    assert last(rule, series([1.0] * 11, width=HOUR)).tier == Tier.CRITICAL
    yesterday = series([9.0] * 3, width=HOUR, since=MONDAY - 3 * HOUR)
    assert last(rule, [*yesterday, *spent]).value == pytest.approx(70)


def test_a_budget_at_its_pace():
    rule = Budget(amount=10.0, projected=True)
    assert last(rule, series([1.0] * 2, width=HOUR)).verdict == Verdict.TOO_FEW
    assert last(rule, series([1.0] * 6, width=HOUR)).value == pytest.approx(240)


def test_a_day_of_summer_time_has_twenty_three_hours():
    noon = int(datetime(2027, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    begin, end = period_of(noon, Period.DAY, "Europe/Berlin")
    assert end - begin == 23 * HOUR
    assert datetime.fromtimestamp(begin, UTC).hour == 23


def test_no_data_is_a_condition_of_its_own():
    rule = NoData(least_samples=3)
    assert last(rule, series([None])).verdict == Verdict.BAD
    assert last(rule, series([1.0], samples=2)).verdict == Verdict.BAD
    assert last(rule, series([1.0], samples=3)).verdict == Verdict.GOOD


def test_objectives_may_count_what_is_good():
    rule = BurnRate(objective=0.99, counts_good=True)
    assert last(rule, series([0.5] * 12, width=300)).tier == Tier.CRITICAL


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Threshold(limits=()),
        lambda: Threshold(limits=(Limit(WARNING, 5), Limit(Tier.CRITICAL, 4))),
        lambda: Threshold(limits=(Limit(WARNING, 5),), recovery=6),
        lambda: Threshold(limits=(Limit(WARNING, float("nan")),)),
        lambda: Change(limits=(Limit(WARNING, 5),), back_seconds=60, span_seconds=120),
        lambda: BurnRate(objective=1.0),
        lambda: Budget(amount=0),
        lambda: NoData(least_samples=0),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(WrongRule):
        wrong()
