"""How far people agree, against published values and scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.annotation.agreement import alpha_interval, alpha_nominal, kappa, unanimous

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), D: four people, twelve units.
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
UNITS = [[one for one in unit if one is not None] for unit in zip(*FOUR, strict=True)]


def test_alpha_is_krippendorffs_of_two_people_and_of_four_with_gaps():
    binary = list(zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], strict=True))
    assert alpha_nominal(binary) == pytest.approx(0.095, abs=0.0005)
    nominal = list(zip("aabbdcccedda", "babbbcccedd" + "d", strict=True))
    assert alpha_nominal(nominal) == pytest.approx(0.692, abs=0.0005)
    assert alpha_nominal(UNITS) == pytest.approx(0.743, abs=0.0005)
    assert alpha_interval(UNITS) == pytest.approx(0.849, abs=0.0005)


def test_kappa_is_cohens():
    grants = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(grants).estimate == pytest.approx(0.4)
    six = [(2, 0), (0, 0), (2, 2), (2, 2), (0, 0), (1, 2)]
    assert kappa(six).estimate == pytest.approx(3 / 7)
    assert kappa([("a", "b"), ("b", "a")]).estimate == pytest.approx(-1.0)


def test_where_everybody_always_says_the_same_nothing_tells_it_from_chance():
    assert kappa([("a", "a")] * 5) is None
    assert alpha_nominal([["a", "a"]] * 5) is None
    assert alpha_interval([[3, 3]] * 5) is None
    assert kappa([]) is alpha_nominal([["a"]]) is alpha_interval([]) is None


def test_only_what_several_judged_counts():
    judged, share = unanimous([["a", "a"], ["a", "b"], ["a"], [], ["b", "b", "b"]])
    assert judged == 3 and share.estimate == pytest.approx(2 / 3)
    assert share.low < share.estimate < share.high
    assert unanimous([["a"], []]) is None


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.25]), min_size=2, max_size=4)))
def test_alpha_is_one_where_all_agree_and_never_more(units):
    for value in (alpha_nominal(units), alpha_interval(units)):
        assert value is None or value <= 1 + 1e-9
    same = [[unit[0]] * len(unit) for unit in units]
    for value in (alpha_nominal(same), alpha_interval(same)):
        assert value is None or math.isclose(value, 1.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_does_not_depend_on_who_is_first(pairs):
    one, other = kappa(pairs), kappa([(two, first) for first, two in pairs])
    assert (one is None) == (other is None)
    if one and other:
        assert one.estimate == pytest.approx(other.estimate)


def test_large_numbers_that_differ_little_lose_nothing():
    base = 1e12
    units = [[base, base + 1], [base + 5, base + 5], [base + 9, base + 8]]
    small = [[one - base for one in unit] for unit in units]
    assert alpha_interval(units) == pytest.approx(alpha_interval(small))
