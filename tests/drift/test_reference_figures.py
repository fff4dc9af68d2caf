"""Figures that were computed elsewhere (scipy 1.17.1, numpy 2.4.6), to a millionth."""

import numpy as np
import pytest

from evals.drift.methods import Kind, Method
from evals.drift.methods import default_method as chosen
from evals.drift.statistics.cells import bins
from evals.drift.statistics.measuring import of_categories, of_numbers
from evals.drift.statistics.samples import known
from tests.drift.samples import GRID, SHARES_BEFORE, SHARES_SINCE

SIDES = {
    "equal": (GRID, GRID),
    "shifted": (GRID, GRID + 0.25),
    "wider": (GRID, 1.2 * GRID),
    "hundred": (np.arange(0.0, 100.0), np.arange(10.0, 110.0)),
    "ten": (np.arange(1.0, 11.0), np.arange(3.0, 13.0)),
}
STATISTICS = [
    ("equal", Method.KOLMOGOROV_SMIRNOV, 0.0),
    ("equal", Method.WASSERSTEIN, 0.0),
    ("equal", Method.PSI, 0.0),
    ("equal", Method.KULLBACK_LEIBLER, 0.0),
    ("equal", Method.JENSEN_SHANNON, 0.0),
    ("shifted", Method.KOLMOGOROV_SMIRNOV, 0.1),
    ("shifted", Method.WASSERSTEIN, 0.25),
    ("shifted", Method.PSI, 0.064149134791),
    ("shifted", Method.KULLBACK_LEIBLER, 0.032074567396),
    ("shifted", Method.JENSEN_SHANNON, 0.089007042111),
    ("shifted", Method.ENERGY, 0.187564778492),
    ("wider", Method.KOLMOGOROV_SMIRNOV, 0.044),
    ("wider", Method.PSI, 0.057263925674),
    ("wider", Method.KULLBACK_LEIBLER, 0.026263471143),
    ("wider", Method.JENSEN_SHANNON, 0.083860227107),
    ("hundred", Method.KOLMOGOROV_SMIRNOV, 0.1),
    ("hundred", Method.PSI, 0.293267413759),
    ("hundred", Method.KULLBACK_LEIBLER, 0.146633706879),
    ("hundred", Method.JENSEN_SHANNON, 0.183551459981),
    ("ten", Method.KOLMOGOROV_SMIRNOV, 0.2),
    ("ten", Method.WASSERSTEIN, 2.0),
]


@pytest.mark.parametrize(("sides", "method", "statistic"), STATISTICS)
def test_a_statistic_of_numbers_is_the_reference_s(sides, method, statistic):
    assert of_numbers(method, *SIDES[sides]).statistic == pytest.approx(statistic, abs=1e-6)


@pytest.mark.parametrize(
    ("sides", "effect"),
    [
        ("equal", 0.0),
        ("shifted", 0.250323909646),
        ("wider", 0.159709763814),
        ("hundred", 0.346427483321),
        ("ten", 0.696310623823),
    ],
)
def test_the_effect_of_wasserstein_is_in_deviations_of_the_reference(sides, effect):
    found = of_numbers(Method.WASSERSTEIN, *SIDES[sides])
    assert found.effect == pytest.approx(effect, abs=1e-6)


@pytest.mark.parametrize(
    ("sides", "p"),
    [
        ("equal", 1.0),
        ("shifted", 0.01343088815558),
        ("wider", 0.718919185),
        ("hundred", 0.702056982866),
        ("ten", 0.994457554829),
    ],
)
def test_the_p_of_kolmogorov_and_smirnov_is_the_reference_s(sides, p):
    found = of_numbers(Method.KOLMOGOROV_SMIRNOV, *SIDES[sides])
    assert found.p == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize(("sides", "count"), [("shifted", 11), ("hundred", 9)])
def test_bins_are_as_many_as_sturges_says_over_both_sides(sides, count):
    reference, current = (known(side) for side in SIDES[sides])
    assert len(bins(reference, current).at) == count


@pytest.mark.parametrize(
    ("method", "statistic"),
    [
        (Method.CHI_SQUARE_FIT, 7.0),
        (Method.G_FIT, 6.476422381),
        (Method.CHI_SQUARE, 3.1111111),
        (Method.PSI, 0.062860865942),
        (Method.KULLBACK_LEIBLER, 0.030478754035),
        (Method.JENSEN_SHANNON, 0.088416062855),
        (Method.HELLINGER, 0.088529261952),
        (Method.TOTAL_VARIATION, 0.1),
    ],
)
def test_a_statistic_of_categories_is_the_reference_s(method, statistic):
    found = of_categories(method, SHARES_BEFORE, SHARES_SINCE)
    assert found.statistic == pytest.approx(statistic, abs=1e-6)


def test_the_distance_of_jensen_and_shannon_in_bits_is_the_reference_s():
    found = of_categories(Method.JENSEN_SHANNON, SHARES_BEFORE, SHARES_SINCE).statistic
    assert found / np.sqrt(np.log(2)) == pytest.approx(0.106198514392, abs=1e-6)
    found = of_numbers(Method.JENSEN_SHANNON, *SIDES["shifted"]).statistic
    assert found / np.sqrt(np.log(2)) == pytest.approx(0.106908352819, abs=1e-6)


@pytest.mark.parametrize(
    ("method", "p"),
    [
        (Method.CHI_SQUARE_FIT, 0.030197383422),
        (Method.G_FIT, 0.039234014536),
        (Method.CHI_SQUARE, 0.2110720878),
    ],
)
def test_a_p_of_categories_is_the_reference_s(method, p):
    assert of_categories(method, SHARES_BEFORE, SHARES_SINCE).p == pytest.approx(p, abs=1e-6)


def test_the_z_of_two_shares_is_the_reference_s():
    found = of_categories(Method.Z, [1] * 100 + [0] * 100, [1] * 120 + [0] * 80)
    assert found.statistic == pytest.approx(-2.0100756305, abs=1e-6)
    assert found.p == pytest.approx(0.044423184850, abs=1e-6)


def test_the_default_is_chosen_by_type_and_size():
    numeric, categorical = Kind.NUMERIC, Kind.CATEGORICAL
    assert chosen(numeric, n_reference=1000, distinct=6) is Method.KOLMOGOROV_SMIRNOV
    assert chosen(numeric, n_reference=1001, distinct=6) is Method.WASSERSTEIN
    assert chosen(numeric, n_reference=1000, distinct=5) is Method.CHI_SQUARE
    assert chosen(numeric, n_reference=1000, distinct=2) is Method.Z
    assert chosen(numeric, n_reference=1001, distinct=5) is Method.JENSEN_SHANNON
    assert chosen(categorical, n_reference=1000, distinct=3) is Method.CHI_SQUARE
    assert chosen(categorical, n_reference=1000, distinct=2) is Method.Z
    assert chosen(categorical, n_reference=1001, distinct=2) is Method.JENSEN_SHANNON
    assert chosen(Kind.TEXT, n_reference=9, distinct=0) is Method.CLASSIFIER
    assert chosen(Kind.EMBEDDING, n_reference=9, distinct=0) is Method.CENTROID
