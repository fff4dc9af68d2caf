"""From samples and a monitor to a verdict."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evals.drift.judging import corrected, judge
from evals.drift.methods import METHODS, Kind, Method
from evals.drift.monitors import Correction, InvalidMonitor, Monitor, Sample, State, Verdict
from tests.drift.samples import GRID

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LENGTH = Monitor(watched="output_length", kind=Kind.NUMERIC)


@pytest.fixture
def random():
    return np.random.default_rng(41)


def sample(values, *, every=timedelta(minutes=1), **segments) -> Sample:
    moments = [NOON + number * every for number in range(len(values))]
    return Sample(values=list(values), moments=moments, segments=segments)


def test_a_shift_is_a_drift_with_its_effect_and_its_significance():
    found = judge(sample(GRID), sample(GRID + 0.25), LENGTH)
    assert found.state is State.DRIFT
    assert found.method is Method.KOLMOGOROV_SMIRNOV
    assert found.effect == pytest.approx(0.1)
    assert found.p == found.q == pytest.approx(0.01343088815558)


def test_of_a_wider_distribution_the_methods_disagree():
    ks = judge(sample(GRID), sample(1.2 * GRID), LENGTH)
    assert ks.state is State.NONE
    monitor = replace(LENGTH, method=Method.WASSERSTEIN)
    assert judge(sample(GRID), sample(1.2 * GRID), monitor).state is State.DRIFT


def test_a_trivial_shift_of_many_values_is_significant_and_no_drift(random):
    reference, current = random.normal(size=30_000), random.normal(0.05, 1.0, 30_000)
    found = judge(sample(reference), sample(current), LENGTH)
    assert found.method is Method.WASSERSTEIN
    assert found.p < 0.01
    assert found.effect < 0.1
    assert found.state is State.NONE


def test_a_large_effect_of_few_values_that_chance_explains_is_no_drift():
    monitor = replace(LENGTH, least_samples=10)
    found = judge(sample(np.arange(1.0, 11)), sample(np.arange(3.0, 13)), monitor)
    assert found.effect == pytest.approx(0.2)
    assert found.state is State.NONE


def test_a_language_in_which_answers_fail_is_named_with_when_it_began(random):
    languages = list(random.choice(["en", "ko"], 2_400, p=[0.6, 0.4]))
    fails = random.random(2_400) < 0.02
    for place in range(1_800, 2_400):
        if languages[place] == "ko":
            fails[place] = random.random() < 0.3
    outcomes = ["failed" if one else "ok" for one in fails]
    monitor = Monitor(
        watched="hallucination", kind=Kind.CATEGORICAL, method=Method.Z, by=("language",)
    )
    found = judge(
        sample(outcomes[:1_200], language=languages[:1_200]),
        sample(outcomes[1_200:], language=languages[1_200:]),
        monitor,
    )
    assert found.is_drift
    assert found.moved[0].segment == "ko"
    assert found.moved[0].share > 0.8
    assert sum(one.share for one in found.moved) == pytest.approx(1.0)
    assert not found.began.is_whole
    assert found.began.earliest <= found.began.at <= found.began.latest
    assert abs(found.began.at - (NOON + timedelta(minutes=600))) < timedelta(minutes=90)


def test_values_need_not_come_in_order_of_time(random):
    values = np.concatenate([random.normal(size=500), random.normal(1.5, 1.0, 300)])
    order = random.permutation(800)
    moments = [NOON + timedelta(minutes=int(place)) for place in order]
    current = Sample(values=list(values[order]), moments=moments)
    found = judge(sample(random.normal(size=900)), current, LENGTH)
    assert abs(found.began.at - (NOON + timedelta(minutes=500))) < timedelta(minutes=30)


def test_a_drift_without_moments_and_segments_is_told_all_the_same():
    found = judge(Sample(values=list(GRID)), Sample(values=list(GRID + 1)), LENGTH)
    assert found.is_drift
    assert (found.began, found.moved) == (None, ())


@pytest.mark.parametrize(
    ("values", "dropped"), [([], 0), ([1.0] * 199, 0), ([None, math.nan, math.inf] * 300, 900)]
)
def test_too_few_values_are_too_few_and_say_how_many_did_not_count(values, dropped):
    found = judge(sample(GRID), sample(values), LENGTH)
    assert found.state is State.TOO_FEW
    assert found.dropped == dropped
    assert (found.p, found.effect) == (None, None)
    assert "200" in found.why


def test_what_a_method_cannot_compare_is_said():
    monitor = Monitor(watched="model", kind=Kind.CATEGORICAL, method=Method.Z)
    found = judge(sample(["a", "b"] * 200), sample(["a", "b", "c"] * 200), monitor)
    assert found.state is State.NOT_COMPARABLE
    assert "two categories" in found.why


def test_texts_that_changed_are_told_with_words_and_typical_ones():
    words = ["invoice", "order", "account", "delivery"]
    reference = [f"{words[number % 4]} number" for number in range(240)]
    current = [None, *(f"{words[number % 4]} refund" for number in range(240))]
    found = judge(
        Sample(values=reference),
        Sample(values=current),
        Monitor(watched="input", kind=Kind.TEXT),
    )
    assert found.is_drift
    assert found.effect == pytest.approx(1.0)
    assert 0.5 < found.least_effect < 0.6
    assert found.words_of_current[0].word == "refund"
    assert all(current[place].endswith("refund") for place in found.typical_current)


@pytest.mark.parametrize("method", [None, Method.MMD, Method.CLASSIFIER])
def test_embeddings_that_moved_are_a_drift(random, method):
    monitor = Monitor(watched="embedding", kind=Kind.EMBEDDING, method=method, least_samples=50)
    reference, same, moved = (
        (random.normal(size=(120, 8)) + shift).tolist() for shift in (0.0, 0.0, 1.0)
    )
    assert judge(Sample(values=reference), Sample(values=moved), monitor).is_drift
    assert judge(Sample(values=reference), Sample(values=same), monitor).state is State.NONE


def test_embeddings_of_another_model_say_so(random):
    monitor = Monitor(watched="embedding", kind=Kind.EMBEDDING, least_samples=2)
    found = judge(Sample(values=[[1.0, 2.0]] * 9), Sample(values=[[1.0]] * 9), monitor)
    assert found.state is State.NOT_COMPARABLE


def test_other_scores_of_the_same_inputs_are_a_drift_of_the_relation(random):
    def pairs(lift, shift=0.0):
        lengths = random.lognormal(5.0 + shift, 1.0, 600)
        return [
            (float(length), 1 / (1 + length / 200) + lift + float(random.normal(0, 0.1)))
            for length in lengths
        ]

    monitor = Monitor(watched="quality by input length", kind=Kind.RELATION)
    bad = [None, (1.0,), (None, 1.0), (1.0, None), "ab"]
    found = judge(Sample(values=pairs(0.0) + bad), Sample(values=pairs(-0.2)), monitor)
    assert found.is_drift
    assert found.dropped == len(bad)
    assert all(one.mean_current < one.mean_reference for one in found.scored)
    moved = judge(Sample(values=pairs(0.0)), Sample(values=pairs(0.0, shift=0.5)), monitor)
    assert moved.state is State.NONE
    assert moved.inputs_moved > 0.3


def test_the_relation_of_a_category_to_its_score(random):
    def pairs(korean):
        means = {"en": 0.8, "ko": korean}
        return [
            (str(name), float(random.normal(means[name], 0.1)))
            for name in random.choice(["en", "ko"], 500)
        ]

    monitor = Monitor(watched="quality by language", kind=Kind.RELATION)
    found = judge(Sample(values=pairs(0.8)), Sample(values=pairs(0.6)), monitor)
    assert found.is_drift
    assert [one.to for one in found.scored] == ["en", "ko"]


def verdict(p, *, effect=1.0, correction=Correction.BENJAMINI_HOCHBERG) -> Verdict:
    found = judge(sample(GRID), sample(GRID + 1), replace(LENGTH, correction=correction))
    return replace(found, p=p, q=p, effect=effect)


def test_what_is_asked_many_times_is_corrected():
    ps = [0.001, 0.012, 0.035, 0.045, 0.2]
    found = corrected([verdict(p) for p in ps])
    assert [one.q for one in found] == pytest.approx(stats.false_discovery_control(ps).tolist())
    assert [one.is_drift for one in found] == [True, True, False, False, False]
    assert found[0].moved == verdict(0.001).moved
    assert found[3].began is None


def test_a_correction_leaves_out_what_was_not_measured_or_wants_none():
    unmeasured = judge(sample([]), sample([]), LENGTH)
    found = corrected([verdict(0.03), unmeasured, verdict(0.03, correction=Correction.NONE)])
    assert [one.state for one in found] == [State.DRIFT, State.TOO_FEW, State.DRIFT]
    assert [one.q for one in found] == [0.03, None, 0.03]
    assert corrected([]) == []


def test_of_many_monitors_of_unchanged_figures_few_call_a_drift(random):
    monitors = [
        judge(
            sample(random.lognormal(size=300)),
            sample(random.lognormal(size=300)),
            replace(LENGTH, least_effect=1e-6),
        )
        for _ in range(60)
    ]
    assert not any(one.is_drift for one in corrected(monitors))


@pytest.mark.parametrize(
    "wrong",
    [
        {"watched": ""},
        {"method": Method.Z},
        {"alpha": 0.0},
        {"alpha": math.nan},
        {"least_effect": -1.0},
        {"least_effect": math.nan},
        {"least_samples": 1},
    ],
)
def test_a_monitor_that_cannot_work_is_refused(wrong):
    with pytest.raises(InvalidMonitor):
        replace(LENGTH, **wrong)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.sampled_from([10**400, 1e308, 5e-324, "", "가나다", "the", 1j, b"x", {"a": 1}]),
    st.text(max_size=8),
    st.lists(st.one_of(st.floats(), st.none(), st.text(max_size=2)), max_size=3),
    st.tuples(st.one_of(st.floats(), st.text(max_size=1), st.none()), st.floats()),
)


@pytest.mark.parametrize(
    ("kind", "method"), [(kind, method) for kind in Kind for method in (None, *METHODS[kind])]
)
@settings(max_examples=10)
@given(data=st.data())
def test_whatever_values_are_there_is_a_verdict(kind, method, data):
    """Values are drawn from a few, so that there is something to compare."""
    few = data.draw(st.lists(ANYTHING, min_size=1, max_size=6))
    sides = [
        Sample(values=data.draw(st.lists(st.sampled_from(few), max_size=60))) for _ in range(2)
    ]
    found = judge(*sides, Monitor(watched="x", kind=kind, method=method, least_samples=2))
    if found.was_measured:
        assert math.isfinite(found.effect)
        assert found.effect >= 0
        assert 0 <= found.p <= 1
    else:
        assert found.why


def test_moments_and_segments_are_as_many_as_values():
    with pytest.raises(ValueError, match="as many"):
        Sample(values=[1.0], segments={"model": []})
