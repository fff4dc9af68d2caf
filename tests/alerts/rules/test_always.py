"""What holds for whatever is measured."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    Anomaly,
    BurnRate,
    Change,
    Threshold,
)
from alerts.rules.judging import Seen, judge_of
from alerts.rules.lifecycle import Lasting, NoDataPolicy, State, stepped
from alerts.rules.points import Limit, Point, Verdict

LEAST = 20
LIMITS = (Limit(Tier.WARNING, 0.05),)
RISE = (Limit(Tier.WARNING, 1),)
values = st.one_of(st.none(), st.floats(0, 1))
measured = st.lists(st.tuples(values, st.integers(0, 200)), min_size=1, max_size=40)
conditions = st.sampled_from(
    [
        Threshold(limits=LIMITS, least_samples=LEAST),
        Threshold(limits=LIMITS, least_samples=LEAST, is_sure=True),
        Change(
            limits=(Limit(Tier.WARNING, 1),), back_seconds=60, span_seconds=60, least_samples=LEAST
        ),
        Anomaly(limits=(Limit(Tier.WARNING, 0.1),), recovery=0.05, least_samples=LEAST),
        BurnRate(objective=0.999, least_samples=LEAST),
    ]
)
lastings = st.builds(
    Lasting,
    for_seconds=st.sampled_from([0, 60, 180]),
    keep_firing_seconds=st.sampled_from([0, 120]),
    no_data=st.sampled_from([NoDataPolicy.KEEP, NoDataPolicy.GOOD]),
)


def points_of(pairs) -> list[Point]:
    return [
        Point(n * 60, n * 60 + 60, value if samples else None, samples if value is not None else 0)
        for n, (value, samples) in enumerate(pairs)
    ]


def walked(condition, lasting, points):
    judge, state, seen = judge_of(condition, Seen(series=points)), State(), []
    for number in range(len(points)):
        reading = judge(number, state.frozen_at)
        state, change = stepped(state, reading, lasting)
        seen.append((reading, state, change))
    return seen


@given(conditions, lastings, measured)
def test_nothing_fires_below_its_least_samples(condition, lasting, pairs):
    few = [(value, samples % LEAST) for value, samples in pairs]
    if isinstance(condition, BurnRate):
        few = few[:1]  # its windows hold several buckets
    for reading, state, change in walked(condition, lasting, points_of(few)):
        assert reading.verdict != Verdict.BAD and not state.is_firing and change is None


@given(conditions, lastings, measured)
def test_a_bucket_that_was_evaluated_changes_nothing_any_more(condition, lasting, pairs):
    for reading, state, _change in walked(condition, lasting, points_of(pairs)):
        assert stepped(state, reading, lasting) == (state, None)


@given(conditions, lastings, measured, st.integers(0, 40))
def test_it_does_not_matter_where_an_evaluation_was_cut_off(condition, lasting, pairs, cut):
    points = points_of(pairs)
    whole = [(state, change) for _reading, state, change in walked(condition, lasting, points)]
    judge, state = judge_of(condition, Seen(series=points)), State()
    for number in [*range(min(cut, len(points))), *range(len(points))]:
        state, _change = stepped(state, judge(number, state.frozen_at), lasting)
    assert state == whole[-1][0]


@given(conditions, lastings, measured)
def test_what_fires_is_over_before_it_fires_again(condition, lasting, pairs):
    changes = [one[2].step for one in walked(condition, lasting, points_of(pairs)) if one[2]]
    open_now = False
    for step in changes:
        assert (step == "fired") != open_now
        open_now = step != "resolved"
