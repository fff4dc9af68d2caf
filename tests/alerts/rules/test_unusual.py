"""What is usual at an hour of the week, and several weak signals at once."""

from dataclasses import replace

import pytest

from alerts.incidents.tiers import Tier
from alerts.rules.baseline import HOUR_OF_DAY, HOUR_OF_WEEK, LAST_DAY, Usual
from alerts.rules.conditions import Anomaly, Composite, Signal
from alerts.rules.judging import Seen, judge_of
from alerts.rules.points import Limit, Side, Verdict
from tests.alerts.rules.series import MONDAY, series

HOUR, WEEK = 3600, 604_800
FOUR_WEEKS = 4 * 168


def seasonal(hours: int) -> list[float]:
    """More in working hours than at night and at the weekend."""
    return [
        100.0 + (50 if hour % 24 in range(9, 18) and hour // 24 % 7 < 5 else 0) + hour % 5
        for hour in range(hours)
    ]


def test_the_baseline_is_the_median_of_the_hour_of_the_week_and_its_mad():
    history = series(
        [*([0.0] * 168), *([10.0] * 168), *([12.0] * 168), *([50.0] * 168)], width=HOUR
    )
    found = Usual(history, relative_floor=0.0).at(MONDAY + FOUR_WEEKS * HOUR)
    assert found.made_of == HOUR_OF_WEEK
    assert found.centre == pytest.approx(11.0, abs=1e-6)
    # Distances 11, 1, 1, 39: their median is 6.
    assert found.spread == pytest.approx(1.4826 * 6, abs=1e-6)
    assert found.z(11 + 3 * 1.4826 * 6) == pytest.approx(3.0, abs=1e-6)


@pytest.mark.parametrize(
    ("hours", "made_of"),
    [(3 * 168, HOUR_OF_WEEK), (3 * 24, HOUR_OF_DAY), (30, LAST_DAY), (2, None)],
)
def test_with_less_history_the_baseline_is_of_what_there_is(hours, made_of):
    found = Usual(series([10.0] * hours, width=HOUR)).at(MONDAY + hours * HOUR)
    assert (found and found.made_of) == made_of


def test_floors_keep_what_never_moves_from_being_unusual_at_once():
    usual = Usual(series([10.0] * FOUR_WEEKS, width=HOUR)).at(MONDAY + FOUR_WEEKS * HOUR)
    assert usual.spread == pytest.approx(0.5, abs=1e-6)
    flat = Usual(series([0.0] * 168, width=HOUR), absolute_floor=0.1).at(MONDAY + 168 * HOUR)
    assert flat.spread == pytest.approx(0.1, abs=1e-6)


def test_incidents_are_no_part_of_what_is_usual():
    values = [10.0] * FOUR_WEEKS
    values[:336] = [100.0] * 336
    bad = ((MONDAY, MONDAY + 336 * HOUR),)
    history = series([*values, *values[336:]], width=HOUR)
    at = MONDAY + FOUR_WEEKS * HOUR
    assert Usual(history).at(at).centre == pytest.approx(55)
    assert Usual(history, without=bad).at(at).centre == 10.0


RULE = Anomaly(bad=3, of=5, calm=3)


def test_an_outlier_alone_is_none_and_three_of_five_are_one():
    for last, verdict in (([500.0], Verdict.BETWEEN), ([500.0] * 3, Verdict.BAD)):
        points = series([*seasonal(FOUR_WEEKS), *last], width=HOUR)
        reading = judge_of(RULE, Seen(series=points))(len(points) - 1, None)
        assert reading.verdict == verdict
        assert reading.low < 110 < reading.high < 500


def test_working_hours_are_as_usual_as_nights():
    points = series(seasonal(FOUR_WEEKS + 168), width=HOUR)
    judge = judge_of(replace(RULE, side=Side.EITHER), Seen(series=points))
    verdicts = {judge(number, None).verdict for number in range(FOUR_WEEKS, len(points))}
    assert verdicts == {Verdict.GOOD}


def test_what_fires_does_not_become_usual():
    values = [*seasonal(FOUR_WEEKS), *([500.0] * FOUR_WEEKS)]
    points, begun = series(values, width=HOUR), MONDAY + FOUR_WEEKS * HOUR
    judge, number = judge_of(RULE, Seen(series=points)), FOUR_WEEKS + 2 * 168
    assert judge(number, begun).verdict == Verdict.BAD
    assert judge(len(points) - 1, None).verdict != Verdict.BAD


def test_in_its_first_week_a_rule_calls_nobody():
    points = series([*([10.0] * 48), *([99.0] * 3)], width=HOUR)
    assert judge_of(RULE, Seen(series=points))(50, None).tier == Tier.INFO


def test_rates_are_compared_where_their_spread_does_not_depend_on_them():
    usual = Usual(series([0.0] * 168, width=HOUR), is_rate=True, absolute_floor=0.05)
    low, high = usual.at(MONDAY + 168 * HOUR).band(3)
    assert low == 0.0 and 0 < high < 0.05


COMPOSITE = Composite(
    signals=(Signal(name="errors"), Signal(name="latency"), Signal(name="complaints")),
    limits=(Limit(Tier.CRITICAL, 3.0),),
)


def together(last: tuple[float, float, float], correlation: float | None):
    """Each signal is 10 with a deviation of 0.5, and then `last` deviations more."""
    signals = tuple(series([*([10.0] * FOUR_WEEKS), 10.0 + z * 0.5], width=HOUR) for z in last)
    rule = replace(COMPOSITE, correlation=correlation)
    return judge_of(rule, Seen(series=signals[0], signals=signals))(FOUR_WEEKS, None)


def test_signals_that_are_each_too_weak_fire_together():
    reading = together((2, 2, 2), 0.0)
    assert reading.verdict == Verdict.BAD
    assert reading.value == pytest.approx(3.4641016151, abs=1e-6)
    assert reading.evidence["errors"]["share"] == pytest.approx(1 / 3)
    assert together((2, 2, 2), 0.5).verdict == Verdict.BETWEEN
    assert together((2, 2, 2), 0.5).value == pytest.approx(2.4494897428, abs=1e-6)


def test_one_strong_signal_is_not_several_weak_ones():
    assert together((9, 1, 1), 0.0).value > 3.0
    assert together((9, 1, 1), 0.0).verdict == Verdict.BETWEEN


def test_signals_that_always_went_together_count_as_one():
    waves = [10.0 + (hour * 7 % 13) / 10 for hour in range(FOUR_WEEKS)]
    signals = tuple(series([*waves, 14.0], width=HOUR) for _ in range(3))
    alike = judge_of(COMPOSITE, Seen(series=signals[0], signals=signals))(FOUR_WEEKS, None)
    apart = judge_of(replace(COMPOSITE, correlation=0.0), Seen(series=signals[0], signals=signals))
    assert alike.value < apart(FOUR_WEEKS, None).value / 1.5
