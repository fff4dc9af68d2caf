"""Which buckets are evaluated after pauses, and with clocks that jump."""

from alerts.rules.catching_up import MOST_BUCKETS, Missed, missed
from tests.alerts.rules.series import MONDAY


def test_a_bucket_waits_for_late_spans():
    assert missed(MONDAY, MONDAY + 119, width=60, lag=60) is None
    assert missed(MONDAY, MONDAY + 120, width=60, lag=60) == Missed(MONDAY, MONDAY + 60)


def test_a_beat_that_was_down_for_an_hour_evaluates_the_hour_once():
    found = missed(MONDAY, MONDAY + 3660, width=60, lag=60)
    assert found == Missed(MONDAY, MONDAY + 3600)
    assert missed(found.until, MONDAY + 3660, width=60, lag=60) is None


def test_after_a_week_the_oldest_are_passed_over():
    now = MONDAY + 7 * 86_400
    found = missed(MONDAY, now, width=60, lag=0)
    assert found == Missed(now - MOST_BUCKETS * 60, now, passed_over=True)


def test_a_new_rule_begins_with_the_last_bucket():
    assert missed(None, MONDAY + 90, width=60, lag=0) == Missed(MONDAY, MONDAY + 60)


def test_a_clock_that_goes_back_evaluates_nothing_twice():
    assert missed(MONDAY + 600, MONDAY + 300, width=60, lag=0) is None


def test_a_moment_of_next_year_is_not_believed_for_ever():
    assert missed(MONDAY + 365 * 86_400, MONDAY, width=60, lag=0) == Missed(MONDAY - 60, MONDAY)
