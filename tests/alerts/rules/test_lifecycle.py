"""When something that is bad fires, and when it is over."""

from alerts.incidents.tiers import Step, Tier
from alerts.rules.conditions import Threshold
from alerts.rules.judging import Seen, judge_of
from alerts.rules.lifecycle import (
    FLAP_QUIET_SECONDS,
    Lasting,
    NoDataPolicy,
    Phase,
    State,
    stepped,
)
from alerts.rules.points import Limit
from tests.alerts.rules.series import MONDAY, series

HIGH = Threshold(limits=(Limit(Tier.WARNING, 5.0), Limit(Tier.CRITICAL, 10.0)), recovery=3.0)


def run(values, lasting=None, condition=HIGH, **options):
    """The last state, and what changed: the step, and in which bucket."""
    points = series(values, **options)
    judge = judge_of(condition, Seen(series=points))
    state, changes = State(), []
    for number, point in enumerate(points):
        state, change = stepped(state, judge(number, state.frozen_at), lasting or Lasting())
        if change:
            changes.append((change.step, (point.begin - MONDAY) // 60, change.tier))
    return state, changes


def test_three_minutes_of_it_are_needed_where_the_rule_says_so():
    lasting = Lasting(for_seconds=180)
    state, changes = run([1, 6, 6], lasting)
    assert (state.phase, changes) == (Phase.PENDING, [])
    assert run([1, 6, 6, 6], lasting)[1] == [(Step.FIRED, 3, Tier.WARNING)]
    assert run([6, 6, 1, 6, 6], lasting)[1] == []


def test_it_is_over_below_the_recovery_limit_and_not_between_the_two():
    assert run([6, 4, 4, 2])[1] == [(Step.FIRED, 0, Tier.WARNING), (Step.RESOLVED, 3, Tier.WARNING)]


def test_it_goes_on_firing_for_as_long_as_the_rule_says():
    lasting = Lasting(keep_firing_seconds=180)
    assert run([6, 1, 1, 6, 1, 1], lasting)[1] == [(Step.FIRED, 0, Tier.WARNING)]
    assert run([6, 1, 1, 1], lasting)[1][-1] == (Step.RESOLVED, 3, Tier.WARNING)


def test_a_higher_tier_is_a_change_of_the_same_alert():
    assert run([6, 12, 6])[1] == [
        (Step.FIRED, 0, Tier.WARNING),
        (Step.TIER, 1, Tier.CRITICAL),
        (Step.TIER, 2, Tier.WARNING),
    ]


def test_what_comes_and_goes_all_the_time_is_kept_open():
    once_a_minute = [6, 1] * 10
    _state, changes = run(once_a_minute)
    assert [step for step, _at, _tier in changes].count(Step.FIRED) == 3
    state, changes = run([*once_a_minute, *([1] * (FLAP_QUIET_SECONDS // 60))])
    assert changes[-1][0] == Step.RESOLVED and not state.is_firing


def test_nothing_at_all_leaves_an_alert_as_it_was_and_in_the_end_closes_it():
    lasting = Lasting(hold_seconds=600)
    assert run([6, *([None] * 9)], lasting)[1] == [(Step.FIRED, 0, Tier.WARNING)]
    assert run([6, *([None] * 10)], lasting)[1][-1] == (Step.RESOLVED, 10, Tier.WARNING)
    assert run([None] * 5, lasting)[1] == []


def test_a_rule_may_take_nothing_for_good_or_for_bad():
    assert run([6, None], Lasting(no_data=NoDataPolicy.GOOD))[1][-1][0] == Step.RESOLVED
    assert run([1, None], Lasting(no_data=NoDataPolicy.ALERT))[1] == [(Step.FIRED, 1, Tier.WARNING)]


def test_a_pause_without_data_breaks_what_was_about_to_fire():
    assert run([6, 6, None, 6, 6], Lasting(for_seconds=180))[1] == []
