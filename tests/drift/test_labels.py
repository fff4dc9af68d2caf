"""Performance by labels that came late, against scikit-learn and by simulation."""

import numpy as np
import pytest
from sklearn import metrics

from evals.drift.statistics.labels import auc, changes, classification, regression
from evals.drift.statistics.samples import NotComparable, TooFew


@pytest.fixture
def random():
    return np.random.default_rng(17)


def judged(random, n, *, noise=1.0):
    actual = random.random(n) < 0.4
    scores = actual + random.normal(0.0, noise, n)
    return list(scores > 0.5), list(actual), list(scores)


def test_figures_of_classes_are_scikit_learn_s(random):
    said, true, scores = judged(random, 300)
    found = classification(said, true, positive=True, scores=scores).figures
    expected = {
        "accuracy": metrics.accuracy_score(true, said),
        "precision": metrics.precision_score(true, said),
        "recall": metrics.recall_score(true, said),
        "f1": metrics.f1_score(true, said),
        "auc": metrics.roc_auc_score(true, scores),
    }
    assert {name: one.estimate for name, one in found.items()} == pytest.approx(expected)
    assert all(one.low < one.estimate < one.high for one in found.values())


def test_tied_scores_count_half():
    found = auc(np.array([1.0, 1.0, 2.0]), np.array([1.0, 0.0]))
    assert found.estimate == pytest.approx(metrics.roc_auc_score([1, 1, 1, 0, 0], [1, 1, 2, 1, 0]))


def test_figures_of_numbers_are_scikit_learn_s(random):
    true = random.normal(size=200)
    said = true + random.normal(0.0, 0.3, 200)
    found = regression(list(said), list(true)).figures
    assert found["rmse"].estimate == pytest.approx(metrics.root_mean_squared_error(true, said))
    assert found["mae"].estimate == pytest.approx(metrics.mean_absolute_error(true, said))


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", "auc"])
def test_ninety_five_of_a_hundred_intervals_hold_the_truth(random, name):
    said, true, scores = judged(random, 100_000)
    truth = classification(said, true, positive=True, scores=scores).figures[name].estimate
    hits = 0
    for _ in range(200):
        said, true, scores = judged(random, 120)
        interval = classification(said, true, positive=True, scores=scores).figures[name]
        hits += interval.low <= truth <= interval.high
    assert 0.90 <= hits / 200 <= 0.995


def test_labels_that_are_still_to_come_are_counted_as_waiting():
    found = classification(["a"] * 40, ["a"] * 15 + ["b"] * 5 + [None] * 20, positive="a")
    assert (found.labelled, found.waiting) == (20, 20)
    assert found.figures["accuracy"].estimate == 0.75


def test_a_figure_that_does_not_exist_is_missing():
    found = classification(["b"] * 20, ["b"] * 20, positive="a", scores=[0.5] * 20)
    assert {*found.figures} == {"accuracy"}


def test_a_perfect_order_has_an_interval_all_the_same():
    found = auc(np.arange(10.0, 20.0), np.arange(5.0))
    assert found.estimate == found.high == 1.0
    assert 0.4 < found.low < 1.0


def test_a_fall_is_sure_only_where_its_interval_leaves_out_nothing(random):
    good, bad = judged(random, 800, noise=0.4), judged(random, 800, noise=1.5)
    again = judged(random, 800, noise=0.4)
    first, second, third = (
        classification(said, true, positive=True, scores=scores)
        for said, true, scores in (good, bad, again)
    )
    fallen = {one.name: one for one in changes(first, second)}
    assert all(one.is_sure and one.difference.high < 0 for one in fallen.values())
    assert not any(one.is_sure for one in changes(first, third) if one.name == "accuracy")


def test_predictions_that_are_always_right_are_off_by_nothing():
    found = regression([1.0] * 20, [1.0] * 20).figures
    assert (found["rmse"].high, found["mae"].high) == (0.0, 0.0)


def test_errors_that_are_vast_are_figures_all_the_same():
    found = regression([1e149] * 20, [-1e149] * 10 + [0.0] * 10).figures
    assert np.isfinite(found["rmse"].high)


@pytest.mark.parametrize("true", [[], [None] * 50, [1.0] * 9])
def test_too_few_labels_are_said_to_be_too_few(true):
    with pytest.raises(TooFew):
        regression([1.0] * len(true), true)
    with pytest.raises(TooFew):
        classification([1.0] * len(true), true, positive=1)


def test_columns_of_another_length_are_refused():
    with pytest.raises(NotComparable):
        classification([1, 0], [1], positive=1)
