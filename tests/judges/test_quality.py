"""How good a judge is, in figures: held against what scipy and hand give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.judges.quality import beside_people, length_bias, variation

UNIT = st.floats(0, 1)


def test_categories_are_counted_in_a_matrix_with_agreement_and_kappa():
    pairs = [("good", "good")] * 20 + [("good", "bad")] * 5 + [("bad", "good")] * 10
    pairs += [("bad", "bad")] * 15  # Wikipedia's example of κ, 0.4
    found = beside_people([((None, a), (None, b)) for a, b in pairs], is_numeric=False)
    assert found.classes == ("bad", "good")
    assert found.matrix == ((15, 10), (5, 20))
    assert found.agreed.observed.estimate == pytest.approx(0.7)
    assert found.agreed.kappa.estimate == pytest.approx(0.4)
    assert found.agreed.kappa.low < 0.4 < found.agreed.kappa.high


def test_yes_and_no_are_the_same_in_words_and_in_numbers():
    found = beside_people(
        [((1.0, ""), (1.0, "True")), ((0.0, "False"), (1.0, "True"))], is_numeric=False
    )
    assert found.matrix == ((0, 1), (0, 1))


def test_numbers_have_errors_a_leaning_and_correlations():
    people, judge = [0.1, 0.4, 0.5, 0.8, 0.9], [0.2, 0.5, 0.4, 1.0, 0.9]
    pairs = [((a, ""), (b, "")) for a, b in zip(people, judge, strict=True)]
    found = beside_people([*pairs, ((None, "x"), (0.5, ""))], is_numeric=True)
    assert found.n == 5
    assert found.error.estimate == pytest.approx(0.1)
    apart = [b - a for a, b in zip(people, judge, strict=True)]
    low, high = stats.t.interval(0.95, 4, loc=sum(apart) / 5, scale=stats.tstd(apart) / 5**0.5)
    assert (found.lean.low, found.lean.high) == pytest.approx((low, high))
    assert found.correlated.pearson.estimate == pytest.approx(stats.pearsonr(people, judge)[0])


@pytest.mark.parametrize("is_numeric", [True, False])
@given(pairs=st.lists(st.tuples(st.tuples(UNIT, st.just("")), st.tuples(UNIT, st.just("")))))
def test_no_scores_break_the_figures(pairs, is_numeric):
    found = beside_people(pairs, is_numeric=is_numeric)
    if found.error:
        assert 0 <= found.error.low <= found.error.estimate <= found.error.high


def test_a_judge_that_likes_long_answers_shows():
    lengths = list(range(10, 220, 10))
    values = [0.2 + length / 400 for length in lengths]
    assert length_bias(lengths, values).estimate == pytest.approx(1)
    assert length_bias(lengths[:9], values[:9]) is None
    assert length_bias(lengths, [0.5] * len(lengths)) is None


def test_a_judge_that_wavers_shows():
    verdicts = [("a", (0.5, "")), ("a", (0.7, "")), ("b", (1.0, "")), ("b", (1.0, ""))]
    found = variation([*verdicts, ("once", (0.1, ""))])
    assert (found.targets, found.runs, found.unanimous) == (2, 4, 1)
    assert found.spread == pytest.approx((0.02 / 2) ** 0.5)
    assert found.widest == pytest.approx(0.2)
    words = variation([("a", (None, "good")), ("a", (None, "bad"))])
    assert (words.unanimous, words.spread, words.widest) == (0, None, None)
    assert variation([("a", (1.0, ""))]) is None
