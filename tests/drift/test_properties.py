"""What holds of every method whatever the samples are, hostile ones included."""

import math
import warnings
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.drift.methods import METHODS, OF_SHARES, Kind, Method
from evals.drift.statistics import permuting
from evals.drift.statistics.measuring import of_categories, of_numbers
from evals.drift.statistics.samples import (
    MOST_CATEGORIES,
    NotComparable,
    TooFew,
    counted,
    known,
    named,
)
from tests.drift.samples import ALL, GRID, measured

HUGE = [1e308, -1e308, math.inf, -math.inf, math.nan, None, 10**400, "7", 1j, [1.0], Decimal("NaN")]
ORDINARY = [1.0, 2.0, 2.5, 3.0, 8.0, 13.0, 21.0, 34.0]
NUMBER = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 5),
    st.sampled_from(HUGE),
    st.none(),
)
WORD = st.one_of(st.text(max_size=4), st.integers(0, 3), st.booleans(), st.none(), st.floats())
ONE_SIDED = (Method.KULLBACK_LEIBLER, Method.CHI_SQUARE_FIT, Method.G_FIT)
# In deviations of the reference alone.
LEANING = (
    Method.WASSERSTEIN,
    Method.ENERGY,
    Method.ANDERSON_DARLING,
    Method.CRAMER_VON_MISES,
)


@pytest.fixture(autouse=True, scope="module")
def fewer_ways():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permuting, "WAYS", 1_199)
        yield


def is_stated(found) -> bool:
    return found.effect >= 0 and math.isfinite(found.effect) and 0 <= found.p <= 1


@pytest.mark.parametrize(("kind", "method"), ALL)
@settings(max_examples=12)
@given(data=st.data())
def test_whatever_was_sent_the_answer_is_a_figure_or_says_that_there_is_none(kind, method, data):
    value = NUMBER if kind is Kind.NUMERIC else WORD
    sides = data.draw(st.tuples(st.lists(value, max_size=30), st.lists(value, max_size=30)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = measured(kind, method, *sides)
        except NotComparable:
            return
    assert is_stated(found)


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_equal_samples_lie_nowhere_apart(kind, method):
    sample = GRID if kind is Kind.NUMERIC else ["a"] * 30 + ["b"] * 12
    found = measured(kind, method, sample, sample)
    assert found.effect == pytest.approx(0.0, abs=1e-9)
    assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_a_value_that_never_changes_is_no_drift(kind, method):
    value = 0.1 if kind is Kind.NUMERIC else "a"
    found = measured(kind, method, [value] * 40, [value] * 25)
    assert (found.effect, found.p) == (0.0, 1.0)


@pytest.mark.parametrize(("kind", "method"), ALL)
def test_another_value_that_never_changes_is_as_far_as_can_be(kind, method):
    values = (0.1, 0.3) if kind is Kind.NUMERIC else ("a", "b")
    found = measured(kind, method, [values[0]] * 40, [values[1]] * 25)
    assert found.effect > 0.5
    assert found.p <= 0.001


@pytest.mark.parametrize(("kind", "method"), [one for one in ALL if one[1] not in ONE_SIDED])
def test_the_sides_may_change_places(kind, method):
    numeric = (GRID[::2], 1.3 * GRID[::3] + 0.2)
    sides = numeric if kind is Kind.NUMERIC else (["a"] * 30 + ["b"] * 9, ["a"] * 20 + ["b"] * 22)
    there, back = measured(kind, method, *sides), measured(kind, method, *sides[::-1])
    if method not in LEANING:
        assert there.effect == pytest.approx(back.effect, rel=0.05)
    assert there.p == pytest.approx(back.p, abs=0.03)


@pytest.mark.parametrize("method", METHODS[Kind.NUMERIC])
@pytest.mark.parametrize("unit", [1e-9, 1024.0, 1e120])
def test_the_unit_of_numbers_does_not_matter(method, unit):
    sides = (GRID[::2], GRID[::3] + 0.3)
    found = of_numbers(method, *sides)
    other = of_numbers(method, sides[0] * unit, sides[1] * unit)
    assert other.effect == pytest.approx(found.effect, rel=1e-6)
    assert other.p == pytest.approx(found.p, abs=1e-6)


@pytest.mark.parametrize("method", METHODS[Kind.NUMERIC])
def test_the_order_of_values_does_not_matter(method):
    sides = (GRID[::2], GRID[::3] + 0.3)
    found = of_numbers(method, *sides)
    turned = of_numbers(method, sides[0][::-1], sides[1][::-1])
    assert turned.effect == pytest.approx(found.effect)
    assert turned.p == pytest.approx(found.p, abs=0.01)


@pytest.mark.parametrize("method", [Method.Z, Method.CHI_SQUARE, *OF_SHARES])
def test_the_names_of_categories_do_not_matter(method):
    one = of_categories(method, ["a"] * 30 + ["b"] * 9, ["a"] * 20 + ["b"] * 22)
    other = of_categories(method, ["가"] * 30 + ["나"] * 9, ["가"] * 20 + ["나"] * 22)
    assert one == other


@pytest.mark.parametrize("method", METHODS[Kind.NUMERIC])
def test_what_is_no_number_counts_as_if_it_had_not_been_sent(method):
    sides = (list(GRID[::4]), list(GRID[::5] + 0.3))
    found = of_numbers(method, *sides)
    assert of_numbers(method, [*sides[0], *HUGE], [*HUGE, *sides[1]]) == found


@pytest.mark.parametrize(("kind", "method"), ALL)
@pytest.mark.parametrize("sides", [([], ORDINARY), (ORDINARY, []), ([1.0], ORDINARY), ([], [])])
def test_too_few_values_are_said_to_be_too_few(kind, method, sides):
    with pytest.raises(TooFew):
        measured(kind, method, *sides)


@pytest.mark.parametrize("method", METHODS[Kind.CATEGORICAL])
def test_categories_that_are_all_distinct_do_not_compare(method):
    ours, theirs = ([f"{side}{number}" for number in range(3_000)] for side in "ab")
    with pytest.raises(NotComparable, match="fewer distinct"):
        of_categories(method, ours, theirs)


@pytest.mark.parametrize(
    "method", [one for one in METHODS[Kind.CATEGORICAL] if one is not Method.Z]
)
def test_rare_categories_that_come_up_count_together(method):
    frequent, rare = ["a", "b"] * 1_500, [f"{number}" for number in range(3_000)]
    labels, counts, others = counted(frequent, rare)
    assert len(labels) == MOST_CATEGORIES + 1
    assert (counts.sum(), others.sum()) == (3_000, 3_000)
    assert of_categories(method, frequent, rare).effect > 0.5


def test_a_z_test_of_three_categories_is_refused():
    with pytest.raises(NotComparable, match="two categories"):
        of_categories(Method.Z, ["a", "b", "c"], ["a", "b", "c"])


def test_a_method_of_another_type_is_refused():
    with pytest.raises(NotComparable, match="numbers"):
        of_numbers(Method.CENTROID, ORDINARY, ORDINARY)
    with pytest.raises(NotComparable, match="categories"):
        of_categories(Method.WASSERSTEIN, ORDINARY, ORDINARY)


def test_values_too_close_for_bins_are_counted_one_by_one():
    reference = 1e15 + np.arange(40) / 8
    found = of_numbers(Method.JENSEN_SHANNON, reference, reference + 0.125)
    assert is_stated(found)


def test_one_and_one_point_nought_are_the_same_category():
    assert named([1, 1.0, np.float64(1.0), True, None, math.nan]) == ["1", "1", "1", "True"]


def test_what_is_vast_is_no_figure_of_a_call():
    assert known([1e149, 1e151, -1e308, 5]).tolist() == [1e149, 5.0]


def test_what_is_nearly_nothing_is_nothing():
    assert known([5e-324, -1e-151, 1e-149]).tolist() == [0.0, 0.0, 1e-149]
