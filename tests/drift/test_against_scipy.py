"""Every method against scipy and numpy, asked in another way than the product asks them."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist, jensenshannon

from evals.drift.methods import Method
from evals.drift.statistics.cells import quantiles
from evals.drift.statistics.measuring import of_categories, of_numbers
from evals.drift.statistics.samples import numbers
from evals.drift.statistics.segments import of_numbers as by_segment

random = np.random.default_rng(11)
A, B = random.gamma(2.0, 3.0, 180), random.gamma(2.2, 3.1, 140)
TIED = (np.round(A), np.round(B))
WORDS_A, WORDS_B = (
    list(random.choice(list("abcd"), n, p=p))
    for n, p in ((300, [0.4, 0.3, 0.2, 0.1]), (250, [0.35, 0.25, 0.25, 0.15]))
)


def permuted(statistic, ways=4_999):
    """scipy's own permutation test, of the raw values."""
    return stats.permutation_test(
        (A, B), statistic, n_resamples=ways, alternative="greater", rng=np.random.default_rng(3)
    ).pvalue


@pytest.mark.parametrize(("reference", "current"), [(A, B), TIED])
def test_mann_whitney_is_scipy_s(reference, current):
    expected = stats.mannwhitneyu(current, reference, method="asymptotic")
    found = of_numbers(Method.MANN_WHITNEY, reference, current)
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    above = np.mean(np.sign(np.subtract.outer(current, reference)))
    assert found.effect == pytest.approx(abs(above))


def test_cramer_von_mises_is_scipy_s():
    expected = stats.cramervonmises_2samp(A, B)
    found = of_numbers(Method.CRAMER_VON_MISES, A, B)
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_the_p_of_cramer_von_mises_of_tied_values_is_by_permutation():
    def far(ours, theirs):
        whole = np.concatenate([ours, theirs])
        a, b = (stats.ecdf(side).cdf.evaluate(whole) for side in (ours, theirs))
        return len(ours) * len(theirs) / len(whole) ** 2 * np.sum((a - b) ** 2)

    found = of_numbers(Method.CRAMER_VON_MISES, *TIED)
    expected = stats.permutation_test(
        TIED, far, n_resamples=999, alternative="greater", rng=np.random.default_rng(3)
    )
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.04)


@pytest.mark.parametrize(("reference", "current"), [(A, B), TIED])
def test_anderson_darling_is_scipy_s_with_its_p_by_permutation(reference, current):
    method = stats.PermutationMethod(n_resamples=2_999, rng=np.random.default_rng(5))
    expected = stats.anderson_ksamp([reference, current], variant="midrank", method=method)
    found = of_numbers(Method.ANDERSON_DARLING, reference, current)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.03)


def test_wasserstein_and_its_p_are_scipy_s():
    found = of_numbers(Method.WASSERSTEIN, A, B)
    assert found.statistic == pytest.approx(stats.wasserstein_distance(A, B))
    assert found.p == pytest.approx(permuted(stats.wasserstein_distance, 999), abs=0.04)


def test_energy_and_its_p_are_scipy_s():
    found = of_numbers(Method.ENERGY, A, B)
    assert found.statistic == pytest.approx(stats.energy_distance(A, B))
    assert found.effect == pytest.approx(stats.energy_distance(A / A.std(), B / A.std()))
    assert found.p == pytest.approx(permuted(stats.energy_distance, 999), abs=0.04)


def test_mmd_is_its_formula_written_out():
    found = of_numbers(Method.MMD, A, B)
    squares = cdist(np.r_[A, B][:, None], np.r_[A, B][:, None], "sqeuclidean")
    width = np.median(squares[np.triu_indices(len(squares), 1)])
    likeness, n, m = np.exp(-squares / (2 * width)), len(A), len(B)
    aa, bb, ab = likeness[:n, :n], likeness[n:, n:], likeness[:n, n:]
    assert found.statistic == pytest.approx(aa.mean() + bb.mean() - 2 * ab.mean())
    unbiased = (aa.sum() - n) / (n * (n - 1)) + (bb.sum() - m) / (m * (m - 1)) - 2 * ab.mean()
    assert found.effect == pytest.approx(max(0.0, unbiased))


def test_chi_square_and_g_are_scipy_s_of_the_table_of_both_sides():
    table = [[side.count(name) for name in "abcd"] for side in (WORDS_A, WORDS_B)]
    for method, form in ((Method.CHI_SQUARE, "pearson"), (Method.G, "log-likelihood")):
        expected = stats.chi2_contingency(table, lambda_=form)
        found = of_categories(method, WORDS_A, WORDS_B)
        assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_where_cells_expect_little_the_p_of_a_table_is_exact():
    reference, current = ["a"] * 9 + ["b"], ["a"] * 4 + ["b"] * 6
    expected = stats.fisher_exact([[9, 1], [4, 6]]).pvalue
    for method in (Method.CHI_SQUARE, Method.G):
        assert of_categories(method, reference, current).p == pytest.approx(expected, abs=0.01)


def test_shares_lie_as_far_apart_as_written_out():
    r, c = (
        np.array([side.count(name) for name in "abcd"]) / len(side) for side in (WORDS_A, WORDS_B)
    )
    expected = {
        Method.PSI: np.sum((r - c) * np.log(r / c)),
        Method.KULLBACK_LEIBLER: stats.entropy(r, c),
        Method.JENSEN_SHANNON: jensenshannon(r, c),
        Method.HELLINGER: np.sqrt(1 - np.sum(np.sqrt(r * c))),
        Method.TOTAL_VARIATION: np.max([np.maximum(r - c, 0).sum()]),
    }
    for method, distance in expected.items():
        assert of_categories(method, WORDS_A, WORDS_B).statistic == pytest.approx(distance)


def test_an_empty_cell_counts_as_a_ten_thousandth():
    found = of_categories(Method.PSI, ["a"] * 50 + ["b"] * 50, ["a"] * 100)
    expected = (0.5 - 1) * np.log(0.5) + (0.5 - 1e-4) * np.log(0.5 / 1e-4)
    assert found.statistic == pytest.approx(expected)


def test_a_category_that_the_reference_has_not_is_infinitely_far_from_a_fit():
    found = of_categories(Method.CHI_SQUARE_FIT, ["a"] * 50 + ["b"] * 50, ["a"] * 50 + ["c"] * 50)
    assert (found.statistic, found.p) == (np.inf, 0.0)


def test_cells_hold_all_values_and_keep_their_order():
    values = np.random.default_rng(2).normal(size=5_000)
    cells = quantiles(numbers(values[:2_000]), numbers(values[2_000:]))
    assert (cells.reference.sum(), cells.current.sum()) == (2_000, 3_000)
    assert len(cells.at) == 128
    assert (np.diff(cells.at) > 0).all()


def test_the_parts_of_segments_sum_to_the_wasserstein_distance():
    random = np.random.default_rng(2)
    ours, theirs = (list(random.choice(list("xyz"), len(side))) for side in (A, B))
    parts = by_segment(A, B, ours, theirs)
    whole = stats.wasserstein_distance(A, B)
    assert sum(part.total for part in parts) == pytest.approx(whole)
    assert sum(part.share for part in parts) == pytest.approx(1.0)
