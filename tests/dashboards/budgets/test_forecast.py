"""Periods, forecasts and burn rates: arithmetic that can be checked by hand."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.budgets.forecast import back_test, course_of, history_of
from dashboards.budgets.pace import (
    burn_of_window,
    burn_rate,
    cumulated,
    left_of_today,
    projected,
    to_come,
)
from dashboards.budgets.periods import NS, day_of, next_of, period_at

HOUR = 3600 * NS
MONDAY = date(2026, 9, 7)


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * NS


def days(values, first=MONDAY):
    return [(first + timedelta(days=n), float(value)) for n, value in enumerate(values)]


def weekly(weeks, level=70.0, growth=0.0, noise=0.0, seed=1):
    """Working days cost 1.2 × the level and the weekend half of it."""
    chance = random.Random(seed)
    return days(
        (level + growth * n) * (1.2 if n % 7 < 5 else 0.5) + chance.gauss(0, noise)
        for n in range(7 * weeks)
    )


def test_periods_follow_the_calendar_of_their_zone():
    now = at(2026, 10, 31, 16)  # the first of November in Seoul
    month = period_at(now, "month", "Asia/Seoul")
    assert (month.first, month.last, month.days) == (date(2026, 11, 1), date(2026, 11, 30), 30)
    assert month.since == at(2026, 10, 31, 15)
    assert period_at(now, "month", "UTC").last == date(2026, 10, 31)
    week = period_at(now, "week", "UTC")
    assert (week.first, week.last) == (date(2026, 10, 26), date(2026, 11, 1))
    assert next_of(month, "month").last == date(2026, 12, 31)


def test_a_day_of_23_hours_is_over_after_23():
    spring = period_at(at(2026, 3, 29, 12), "day", "Europe/Berlin")
    assert spring.until - spring.since == 23 * HOUR
    assert spring.elapsed(spring.since + 23 * HOUR // 2) == pytest.approx(0.5)
    assert spring.elapsed(spring.until + HOUR) == 1


@given(st.integers(at(2000, 1, 1), at(2100, 1, 1)), st.sampled_from(("day", "week", "month")),
       st.sampled_from(("UTC", "Asia/Seoul", "America/New_York", "America/Sao_Paulo")))  # fmt: skip
def test_every_moment_is_in_one_period_that_the_next_one_follows(moment, kind, zone):
    period = period_at(moment, kind, zone)
    assert period.since <= moment < period.until
    assert next_of(period, kind).since == period.until
    assert period.first <= day_of(moment, zone) <= period.last


def test_a_steady_week_is_forecast_as_it_is():
    course = course_of(weekly(8))
    coming = [MONDAY + timedelta(days=56 + n) for n in range(7)]
    assert course.expected(coming[0]) == pytest.approx(84, rel=0.01)
    assert course.expected(coming[6]) == pytest.approx(35, rel=0.01)
    week = course.sum_of(coming)
    assert week.expected == pytest.approx(490, rel=0.01)
    assert week.high - week.low < 1


def test_a_trend_goes_on_and_is_damped():
    course = course_of(days(range(100, 156)))
    assert 156 < course.expected(MONDAY + timedelta(days=57)) < 157.5
    far = course.expected(MONDAY + timedelta(days=55 + 60))
    assert 165 < far < 215


def test_too_little_history_forecasts_nothing_and_little_the_level_alone():
    assert course_of(days([0] * 50 + [3.0] * 6)) is None
    assert history_of(days([0] * 50 + [3.0] * 6)) == 6
    short = course_of(days([0] * 40 + [3.0] * 8))
    assert not short.has_weekdays and not short.has_trend
    assert short.expected(MONDAY + timedelta(days=60)) == pytest.approx(3)
    assert history_of(days([0] * 9)) == 0


def test_nine_in_ten_weeks_lie_in_their_interval():
    inside = tried = 0
    for seed in range(30):
        course = weekly(12, noise=12, seed=seed)
        tested = back_test(course, weeks=4)
        inside, tried = inside + tested.inside, tried + tested.weeks
    assert tried == 120
    assert 0.82 <= inside / tried <= 0.98


def test_a_back_test_knows_only_what_was_known():
    steady = back_test(weekly(10))
    assert steady.weeks == 8
    assert steady.error == pytest.approx(0, abs=0.001)
    jumped = days([10] * 63 + [100] * 7)
    assert back_test(jumped).error == pytest.approx(0.9 / 8, rel=0.05)
    assert back_test(days([1] * 8)).weeks == 0


@given(st.lists(st.floats(0, 1e6), min_size=7, max_size=90), st.integers(1, 62))
def test_no_forecast_is_below_zero_or_outside_its_interval(values, ahead):
    course = course_of(days(values))
    if course is None:
        return
    coming = [MONDAY + timedelta(days=len(values) + n) for n in range(ahead)]
    found = course.sum_of(coming)
    assert 0 <= found.low <= found.expected <= found.high
    assert 0 <= course.chance_above(found.expected, coming) <= 1


def test_burn_rates_compare_with_an_even_pace():
    assert burn_rate(50, 100, 0.25) == 2
    assert burn_rate(0, 100, 0) is None
    month = period_at(at(2026, 11, 10), "month", "UTC")
    assert burn_of_window(10, 100, 24 * HOUR, month) == pytest.approx(3)


def test_the_rest_of_today_is_by_its_hours():
    noon = at(2026, 11, 10, 12)
    assert left_of_today(noon, "UTC", {}) == pytest.approx(0.5)
    assert left_of_today(noon, "UTC", {9: 1.0, 13: 3.0}) == pytest.approx(0.6875)
    half_past = left_of_today(noon + HOUR // 2, "UTC", {12: 2.0})
    assert half_past == pytest.approx(0.75 * 0.5 + 0.25 * 11.5 / 24)


def test_a_month_of_even_days_is_projected_to_the_day_it_is_used_up():
    now = at(2026, 11, 11)  # ten days are over
    course = course_of(days([10] * 56, date(2026, 9, 16)))
    period = period_at(now, "month", "UTC")
    rest = to_come(course, period, now, today=0.0, by_hour={})
    found = projected(course, rest, spent=100, amount=255)
    assert found.end.expected == pytest.approx(300)
    assert found.exceeded_on == date(2026, 11, 26)
    assert found.chance == 1
    line = cumulated(course, rest, spent=100)
    assert (line[0][0], line[-1][0]) == (date(2026, 11, 11), date(2026, 11, 30))
    assert line[-1][1].expected == pytest.approx(found.end.expected)
    assert projected(course, rest, spent=100, amount=400).exceeded_on is None


def test_a_day_that_runs_faster_than_usual_is_expected_to_go_on_so():
    now = at(2026, 11, 11, 12)
    course = course_of(days([10] * 56, date(2026, 9, 16)))
    day = period_at(now, "day", "UTC")
    usual = to_come(course, day, now, today=5.0, by_hour={})
    fast = to_come(course, day, now, today=50.0, by_hour={})
    assert projected(course, usual, spent=5, amount=20).end.expected == pytest.approx(10)
    assert projected(course, fast, spent=50, amount=20).end.expected > 80
