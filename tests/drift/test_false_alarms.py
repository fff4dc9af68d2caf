"""How often chance is called a drift, by simulation from a fixed seed."""

import numpy as np
import pytest
from scipy import stats

from evals.drift.methods import METHODS, OF_SHARES, Kind, Method
from evals.drift.statistics import domain, permuting, relation
from evals.drift.statistics.domain import separation
from evals.drift.statistics.measuring import of_categories, of_numbers

TRIALS = 120
# With so many trials at 0.05, more alarms than this come about once in a thousand simulations.
MOST = int(stats.binom.isf(0.001, TRIALS, 0.05))
LEAST = int(stats.binom.ppf(0.001, TRIALS, 0.05))
FITS = (Method.CHI_SQUARE_FIT, Method.G_FIT)
# Of discrete statistics, whose p lies in few steps, there may be fewer.
CAUTIOUS = (Method.KOLMOGOROV_SMIRNOV, Method.TOTAL_VARIATION, *OF_SHARES)


@pytest.fixture(autouse=True)
def fewer_ways(monkeypatch):
    monkeypatch.setattr(permuting, "WAYS", 99)
    monkeypatch.setattr(permuting, "WAYS_OF_POINTS", 99)
    monkeypatch.setattr(domain, "DRAWS", 10)


def alarms(ask, draw) -> int:
    random = np.random.default_rng(2026)
    return sum(ask(draw(random, 90), draw(random, 60)).p < 0.05 for _ in range(TRIALS))


def figures(random, n):
    return random.lognormal(0.0, 1.0, n)


def rounded(random, n):
    return np.round(random.lognormal(0.0, 0.7, n))


def words(random, n):
    return list(random.choice(list("abcdef"), n, p=[0.4, 0.25, 0.15, 0.1, 0.07, 0.03]))


def outcomes(random, n):
    return list(random.random(n) < 0.1)


@pytest.mark.parametrize(
    ("method", "draw"),
    [
        *((method, figures) for method in METHODS[Kind.NUMERIC]),
        # MMD knows no ranks, so ties are nothing to it.
        *((method, rounded) for method in METHODS[Kind.NUMERIC] if method is not Method.MMD),
    ],
)
def test_equal_sources_of_numbers_give_as_few_alarms_as_they_should(method, draw):
    found = alarms(lambda *sides: of_numbers(method, *sides), draw)
    assert found <= MOST
    assert found >= LEAST or method in CAUTIOUS


@pytest.mark.parametrize(
    "method", [one for one in METHODS[Kind.CATEGORICAL] if one not in (Method.Z, *FITS)]
)
def test_equal_sources_of_categories_give_as_few_alarms_as_they_should(method):
    assert LEAST <= alarms(lambda *sides: of_categories(method, *sides), words) <= MOST


def test_equal_shares_give_as_few_alarms_as_they_should():
    assert LEAST <= alarms(lambda *sides: of_categories(Method.Z, *sides), outcomes) <= MOST


@pytest.mark.parametrize("method", FITS)
def test_a_fit_to_a_reference_that_was_sampled_gives_far_too_many(method):
    """Why it is not the default."""
    assert alarms(lambda *sides: of_categories(method, *sides), words) > 1.5 * MOST


def test_an_equal_relation_gives_as_few_alarms_as_it_should(monkeypatch):
    monkeypatch.setattr(relation, "WAYS", 99)

    def draw(random, n):
        inputs = random.normal(size=3 * n)
        return inputs, inputs + random.normal(size=3 * n)

    found = alarms(lambda *sides: relation.relation(*sides), draw)
    assert LEAST <= found <= MOST


def test_a_classifier_that_knows_nothing_gives_as_few_alarms_as_it_should():
    random = np.random.default_rng(5)
    found = sum(
        separation(60, 50, lambda _learnt, _labels, judged: random.random(len(judged))).p < 0.05
        for _ in range(TRIALS)
    )
    assert found <= MOST
