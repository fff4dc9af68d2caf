"""Guards are looked at again and again: what that does to how often they are wrong."""

import pytest

from prompts import bounds
from prompts.splits import guards
from prompts.splits.guards import State, judged
from traces.queries.prompt_guards import Observed

LIMIT = {"error_difference": 2.0}


def called(calls, errors=0, **fields):
    return Observed(calls=calls, errors=errors, **fields)


def look(ours, base, before=(), limits=LIMIT):
    return judged(limits, ours, base, {one.key: one.kept() for one in before})


def test_what_all_looks_of_all_guards_may_be_wrong_by_adds_up_to_one_in_a_hundred():
    spent = sum(4 * (1 - guards.confidence_at(k, 4)) for k in range(1, 2000))
    assert 0.0099 < spent <= 0.01


def test_a_look_counts_only_where_there_is_a_tenth_more_to_look_at():
    base = called(1000)
    (first,) = look(called(100), base)
    (same,) = look(called(109, errors=109), base, [first])
    (second,) = look(called(110), base, [first])
    assert (first.look, first.size, first.state) == (1, 100, State.HOLDS)
    assert same == first
    assert (second.look, second.size) == (2, 110)


def test_a_guard_that_lacked_data_has_used_up_no_look():
    (few,) = look(called(4), called(1000))
    assert (few.state, few.look) == (State.UNKNOWN, 0)
    (enough,) = look(called(5), called(1000), [few])
    assert (enough.state, enough.look) == (State.HOLDS, 1)


def test_a_later_look_asks_for_more_than_the_first():
    ours, base = called(110, errors=9), called(1000)
    (first,) = look(ours, base)
    late = guards.Finding("error_difference", State.HOLDS, 2.0, 90, 900, 0.0, 0.0, 0.0, 60, 90)
    (later,) = look(ours, base, [late])
    assert (first.state, later.state, later.look) == (State.TRIPPED, State.HOLDS, 61)
    assert later.low < first.low


def sizes(begin, looks):
    found = [begin]
    while len(found) < looks:
        found.append(max(found[-1] + 1, -(-found[-1] * 11 // 10)))
    return found


def rolled_back(random, grown):
    """Whether a canary that is worse by exactly the limit is taken back in a hundred looks."""
    ours, base, before = called(0), called(0), []
    for size in grown:
        more = size - ours.calls
        ours = called(size, ours.errors + random.binomial(more, 0.05))
        base = called(10 * size, base.errors + random.binomial(10 * more, 0.03))
        before = look(ours, base, before)
        if before[0].state == State.TRIPPED:
            return True
    assert before[0].look == len(grown)
    return False


def test_a_canary_at_its_limit_is_seldom_taken_back_though_it_is_looked_at_a_hundred_times():
    import numpy as np

    random = np.random.default_rng(11)
    wrong = sum(rolled_back(random, sizes(5, 100)) for _ in range(1000))
    assert wrong <= 10, wrong  # one in a hundred


def test_a_canary_that_is_much_worse_is_taken_back_soon():
    import numpy as np

    random = np.random.default_rng(5)
    before, ours = [], called(0)
    for size in sizes(5, 40):
        ours = called(size, ours.errors + random.binomial(size - ours.calls, 0.5))
        before = look(ours, called(1000, 30), before)
        if before[0].state == State.TRIPPED:
            break
    assert before[0].state == State.TRIPPED
    assert size < 20


@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_bounds_of_ratios_are_wrong_no_more_often_than_they_say(confidence):
    import numpy as np

    random = np.random.default_rng(3)
    drawn = [(random.exponential(1, 200), random.exponential(1, 1000)) for _ in range(1000)]
    of_means = sum(
        bounds.sample_ratio(bounds.sample_of(a), bounds.sample_of(b), confidence).low > 1
        for a, b in drawn
    )
    of_tails = sum(bounds.quantile_ratio(a, b, 0.95, confidence).low > 1 for a, b in drawn)
    assert of_means <= 1000 * (1 - confidence) * 1.5 + 2
    assert of_tails <= 1000 * (1 - confidence) * 1.5 + 2


def test_too_few_values_have_no_bound_of_a_tail_and_trip_nothing():
    found = bounds.quantile_ratio([9.0] * 100, [1.0] * 100, 0.95, 1 - 1e-6)
    assert (found.low, found.estimate) == (0.0, 9.0)
    assert bounds.quantile_ratio([9.0] * 100, [1.0] * 400, 0.95, 1 - 1e-6).low == 9.0


@pytest.mark.parametrize(("mean", "variance"), [(1e98, 1e198), (1e198, float("inf"))])
def test_an_absurd_score_leaves_its_guard_unknown_and_the_others_at_work(mean, variance):
    absurd = {"score_count": 100, "score_mean": mean, "score_variance": variance}
    well = {"score_count": 400, "score_mean": 0.8, "score_variance": 0.01}
    limits = {"score_fall": 0.1, "error_difference": 2.0}
    for ours, base in ((absurd, well), (well, absurd)):
        score, errors = look(called(100, 60, **ours), called(400, 4, **base), limits=limits)
        assert score.state != State.TRIPPED
        assert errors.state == State.TRIPPED
    if variance == float("inf"):
        assert (score.state, score.estimate, score.low) == (State.UNKNOWN, None, None)
        assert guards.is_too_large(score.kept())


def test_a_guard_that_cannot_reckon_is_unknown_for_itself_alone(monkeypatch):
    from dataclasses import replace

    def vast(*_):
        raise OverflowError("Result too large")

    monkeypatch.setitem(
        guards.GUARDS, "cost_ratio", replace(guards.GUARDS["cost_ratio"], measure=vast)
    )
    ours, base = called(100, 60, costs=[1.0] * 30), called(400, 4, costs=[1.0] * 30)
    cost, errors = look(ours, base, limits={"cost_ratio": 2.0, "error_difference": 2.0})
    assert (cost.state, errors.state) == (State.UNKNOWN, State.TRIPPED)


def test_twenty_scores_of_one_are_a_share_and_no_mean_without_spread():
    ours = called(20, score_count=20, score_mean=0.9, score_variance=0.1, score_is_binary=True)
    base = called(20, score_count=20, score_mean=1.0, score_variance=0.0, score_is_binary=True)
    (found,) = look(ours, base, limits={"score_fall": 0.0})
    assert found.state == State.HOLDS
    assert found.low < 0 < found.high
