"""κ and correlations: against values that others have published, and against scipy."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evals.scores.agreement import (
    agreement,
    cohens_kappa,
    correlation,
    pearson,
    quadratic_kappa,
    ranks,
    weighted_kappa,
)

# J. Cohen, “Weighted kappa”, Psychological Bulletin 70 (1968), table 1.
COHEN = [[88, 10, 2], [14, 40, 6], [18, 10, 12]]
numbers = st.floats(-1e6, 1e6)


def test_kappa_is_what_cohen_found():
    assert cohens_kappa(COHEN).estimate == pytest.approx(0.492, abs=5e-4)
    apart = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    weighted = weighted_kappa(COHEN, lambda row, column: 1 - apart[row][column] / 6)
    assert weighted.estimate == pytest.approx(0.348, abs=5e-4)


def test_two_who_agree_as_chance_would_have_a_kappa_of_nothing():
    found = agreement([[25, 25], [25, 25]])
    assert found.kappa.estimate == pytest.approx(0)
    assert found.observed.estimate == 0.5
    assert found.kappa.low < 0 < found.kappa.high


def test_two_who_always_agree_have_a_kappa_of_one_and_the_contrary_of_minus_one():
    assert cohens_kappa([[30, 0], [0, 30]]).estimate == 1
    assert cohens_kappa([[0, 30], [30, 0]]).estimate == -1


@pytest.mark.parametrize("matrix", [[], [[0, 0], [0, 0]], [[9, 0], [0, 0]]])
def test_where_chance_explains_all_there_is_no_kappa(matrix):
    assert cohens_kappa(matrix) is None


def test_to_be_one_off_costs_less_than_to_be_far_off():
    near = quadratic_kappa([[20, 5, 0], [5, 20, 5], [0, 5, 20]], range(3))
    far = quadratic_kappa([[20, 0, 5], [5, 20, 5], [5, 0, 20]], range(3))
    assert near.estimate > far.estimate
    assert quadratic_kappa([[20, 5, 0], [5, 20, 5], [0, 5, 20]], [1, 10, 11]) != near
    assert quadratic_kappa([[1, 0], [0, 1]], [0.0, 1e-320]) is None
    widest = quadratic_kappa([[20, 5, 0], [5, 20, 5], [0, 5, 20]], [-1.7e308, 0, 1.7e308])
    assert widest.estimate == pytest.approx(near.estimate)


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_spread_of_kappa_is_that_of_the_delta_method(matrix):
    """The same figure from the slopes of κ, each taken by a small step."""
    n = sum(map(sum, matrix))
    found = quadratic_kappa(matrix, range(3))
    assume(n >= 5 and found is not None and found.low > -1 and found.high < 1)
    cells = [(i, j) for i in range(3) for j in range(3)]
    p = {cell: matrix[cell[0]][cell[1]] / n for cell in cells}

    def kappa(shares):
        weight = {(i, j): 1 - ((i - j) / 2) ** 2 for i, j in cells}
        rows = [sum(shares[i, j] for j in range(3)) for i in range(3)]
        columns = [sum(shares[i, j] for i in range(3)) for j in range(3)]
        same = sum(weight[one] * shares[one] for one in cells)
        chance = sum(weight[i, j] * rows[i] * columns[j] for i, j in cells)
        return (same - chance) / (1 - chance)

    step = 1e-6
    slopes = {
        one: (kappa({**p, one: p[one] + step}) - kappa({**p, one: p[one] - step})) / (2 * step)
        for one in cells
    }
    mean = sum(slopes[one] * p[one] for one in cells)
    variance = sum(p[one] * (slopes[one] - mean) ** 2 for one in cells) / n
    half = 1.959964 * math.sqrt(max(variance, 0))
    assert found.high - found.estimate == pytest.approx(half, abs=1e-3)


@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=40))
def test_correlations_are_those_of_scipy(pairs):
    from scipy import stats

    a, b = [one for one, _ in pairs], [one for _, one in pairs]
    # Where numbers differ by less than they are rounded by, there is no right answer.
    assume(all(max(some) - min(some) > 1e-3 for some in (a, b)))
    found = correlation(a, b)
    theirs = stats.pearsonr(a, b)
    assert found.pearson.estimate == pytest.approx(theirs.statistic, abs=1e-6)
    assert found.spearman.estimate == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)
    if abs(theirs.statistic) < 1 - 1e-6:
        bounds = theirs.confidence_interval(0.95)
        assert found.pearson.low == pytest.approx(bounds.low, abs=1e-5)
        assert found.pearson.high == pytest.approx(bounds.high, abs=1e-5)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_equal_values_share_their_rank(values):
    from scipy.stats import rankdata

    assert ranks(values) == list(rankdata(values))


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_what_never_changes_goes_together_with_nothing(values):
    assert pearson(values, values) is None


def test_numbers_too_large_to_be_squared_are_correlated_all_the_same():
    assert pearson([1e300, -1e300, 5e299], [1, -1, 0.5]) == pytest.approx(1)
