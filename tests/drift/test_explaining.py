"""When a drift began, which segment moved it, and whether like inputs score as they did."""

import numpy as np
import pytest

from evals.drift.statistics import beginning, segments
from evals.drift.statistics.relation import relation
from evals.drift.statistics.samples import TooFew


@pytest.fixture
def random():
    return np.random.default_rng(31)


@pytest.mark.parametrize("kind", ["mean", "spread"])
def test_the_beginning_is_found_whether_values_moved_or_spread(random, kind):
    since = random.normal(0.8, 1.0, 400) if kind == "mean" else random.normal(0.0, 2.0, 400)
    current = np.concatenate([random.normal(size=600), since])
    found = beginning.of_numbers(random.normal(size=1_500), current)
    assert found.earliest <= found.place <= found.latest
    assert found.place == pytest.approx(600, abs=60)
    assert found.p == pytest.approx(0.001)


def test_the_moments_between_which_it_lies_hold_it_nineteen_times_in_twenty(random, monkeypatch):
    """Of values of which some three in ten moved."""
    monkeypatch.setattr(beginning, "WAYS", 99)
    held = 0
    for _window in range(40):
        current = random.normal(400, 100, 1200)
        current[700:][random.random(500) < 0.3] *= 1.3
        found = beginning.of_numbers(random.normal(400, 100, 4000), current)
        held += found.earliest <= 700 <= found.latest + 6  # values of a block
    assert held >= 37


def test_where_the_whole_window_is_like_that_it_began_before_it(random):
    found = beginning.of_numbers(random.normal(size=1_000), random.normal(1.0, 1.0, 1_000))
    assert (found.place, found.earliest, found.latest) == (0, 0, 0)
    assert found.p >= 0.05


def test_a_low_value_that_was_rare_is_dated_when_it_is_so_no_more(random):
    """Nine in ten values and more are the same, so that quantiles are."""
    before = (random.random(2_000) > 0.01).astype(float)
    current = np.concatenate([before[:400], (random.random(300) > 0.12).astype(float)])
    assert beginning.of_numbers(before, current).place == pytest.approx(400, abs=40)


def test_a_category_that_came_up_is_dated(random):
    before = list(random.choice(["en", "ko"], 500, p=[0.9, 0.1]))
    since = list(random.choice(["en", "ko", "ja"], 200, p=[0.6, 0.1, 0.3]))
    found = beginning.of_categories(before, before[:300] + since)
    assert found.place == pytest.approx(300, abs=15)


@pytest.mark.parametrize("current", [[1.0] * 30, [1.0, 2.0], [5.0] * 400])
def test_windows_without_a_change_have_no_beginning_within(current):
    found = beginning.of_numbers(np.array([1.0] * 50), np.array(current))
    assert found.place == 0


def test_a_window_in_no_order_seldom_has_a_beginning(random, monkeypatch):
    monkeypatch.setattr(beginning, "WAYS", 199)
    found = [
        beginning.of_numbers(random.normal(size=200), random.normal(0.3, 1, 100)).place > 0
        for _ in range(60)
    ]
    assert sum(found) <= 9  # more than that come about once in a thousand times


def test_the_segment_that_moved_has_nearly_all_of_the_shift(random):
    names = list(random.choice(["small", "large"], 2_000))
    reference, current = random.normal(size=1_000), random.normal(size=1_000)
    current[np.array(names[1_000:]) == "large"] += 1.0
    parts = segments.of_numbers(reference, current, names[:1_000], names[1_000:])
    assert parts[0].segment == "large"
    assert parts[0].share > 0.8
    assert parts[0].within > 10 * abs(parts[0].mix)
    assert sum(part.share for part in parts) == pytest.approx(1.0)


def test_traffic_that_shifted_between_segments_is_mix_and_not_change():
    reference = np.array([1.0] * 50 + [9.0] * 50)
    current = np.array([1.0] * 20 + [9.0] * 80)
    names = (["quick"] * 50 + ["slow"] * 50, ["quick"] * 20 + ["slow"] * 80)
    parts = segments.of_numbers(reference, current, *names)
    assert [part.within for part in parts] == [0.0, 0.0]
    assert sum(part.mix for part in parts) == pytest.approx(0.3 * 8)


def test_a_segment_that_is_new_is_mix():
    reference, current = ["en"] * 100, ["en"] * 60 + ["ko"] * 40
    parts = segments.of_categories(reference, current, ["old"] * 100, ["old"] * 60 + ["new"] * 40)
    assert [part.within for part in parts] == [0.0, 0.0]
    assert sum(part.total for part in parts) == pytest.approx(0.4)
    new = next(part for part in parts if part.segment == "new")
    assert (new.n_reference, new.n_current) == (0, 40)


def test_parts_of_categories_sum_to_the_total_variation(random):
    sides = [list(random.choice(list("abcd"), 300)) for _ in range(2)]
    names = [list(random.choice(list("xyz"), 300)) for _ in range(2)]
    parts = segments.of_categories(*sides, *names)
    shares = [np.array([side.count(name) for name in "abcd"]) / 300 for side in sides]
    assert sum(part.total for part in parts) == pytest.approx(
        np.abs(shares[0] - shares[1]).sum() / 2
    )


def test_equal_sides_have_no_shares(random):
    values = random.normal(size=50)
    [part] = segments.of_numbers(values, values, ["a"] * 50, ["a"] * 50)
    assert (part.total, part.share) == (0.0, None)


def test_a_thousand_segments_are_the_largest_and_the_others(random):
    values, names = random.normal(size=4_000), [f"user-{number % 1_000}" for number in range(4_000)]
    parts = segments.of_numbers(values[:2_000], values[2_000:], names[:2_000], names[2_000:])
    assert len(parts) == segments.MOST_SEGMENTS
    assert segments.OTHERS in {part.segment for part in parts}
    assert sum(part.share for part in parts) == pytest.approx(1.0)


def test_segments_are_as_many_as_values():
    with pytest.raises(TooFew):
        segments.of_numbers(np.arange(5.0), np.arange(5.0), ["a"] * 5, ["a"] * 4)


def scored(random, n, *, shift=0.0, slope=0.5, lift=0.0):
    inputs = random.normal(shift, 1.0, n)
    return inputs, slope * inputs + lift + random.normal(0.0, 0.5, n)


def test_other_inputs_alone_are_no_concept_drift(random):
    found = relation(scored(random, 900), scored(random, 700, shift=0.7))
    assert found.inputs > 0.5
    assert found.p > 0.01
    assert found.effect < 0.1


@pytest.mark.parametrize("change", [{"lift": -0.3}, {"slope": -0.5}])
def test_other_scores_of_the_same_inputs_are_concept_drift(random, change):
    found = relation(scored(random, 900), scored(random, 700, **change))
    assert found.p == pytest.approx(0.0001)
    assert found.effect > 0.2
    assert found.inputs < 0.15


def test_the_kind_of_input_that_scores_otherwise_is_shown(random):
    inputs = ["en"] * 300 + ["ko"] * 300
    before = random.normal(0.8, 0.1, 600)
    since = np.concatenate([random.normal(0.8, 0.1, 300), random.normal(0.5, 0.1, 300)])
    found = relation((inputs, before), (inputs, since))
    english, korean = found.strata
    assert (english.to, korean.to) == ("en", "ko")
    assert english.mean_current == pytest.approx(english.mean_reference, abs=0.05)
    assert korean.mean_current == pytest.approx(korean.mean_reference - 0.3, abs=0.05)
    assert found.p == pytest.approx(0.0001)


def test_a_score_that_is_nearly_always_one_and_falls_is_concept_drift(random):
    def side(wrong):
        return random.normal(size=900), (random.random(900) > wrong).astype(float)

    assert relation(side(0.005), side(0.05)).p < 0.01


def test_pairs_that_lack_an_input_or_a_score_do_not_count():
    side = ([1.0, None, float("nan"), 4.0] * 20, [0.5, 0.5, 0.5, None] * 20)
    found = relation(side, side)
    assert (found.effect, found.p, found.inputs) == (0.0, 1.0, 0.0)
    assert sum(one.n_reference for one in found.strata) == 20


@pytest.mark.parametrize("side", [([], []), ([1.0] * 5, [1.0] * 5), ([None] * 50, [1.0] * 50)])
def test_a_relation_of_too_few_is_refused(side):
    with pytest.raises(TooFew):
        relation(side, side)


def test_scores_that_never_change_have_no_concept_drift():
    side = (["a"] * 40, [0.0] * 40)
    found = relation(side, side)
    assert (found.effect, found.p) == (0.0, 1.0)
