"""What people say of drifts moves the threshold."""

import pytest

from evals.drift.methods import Method
from evals.drift.tuning import MOST_JUDGED, Judged, Mark, tuned

METHOD = Method.WASSERSTEIN  # whose own threshold is 0.1


def said(expected=(), harmful=()) -> list[Judged]:
    return [
        *(Judged(effect, Mark.EXPECTED) for effect in expected),
        *(Judged(effect, Mark.HARMFUL) for effect in harmful),
    ]


def test_expected_drifts_raise_the_threshold_above_them():
    found = tuned(0.1, said(expected=[0.11, 0.12, 0.13], harmful=[0.2]), method=METHOD)
    assert 0.13 < found.least_effect < 0.151
    assert (found.expected_before, found.expected) == (3, 0)
    assert (found.missed_before, found.missed) == (0, 0)


def test_a_harmful_drift_that_was_not_told_lowers_it():
    found = tuned(0.1, said(expected=[0.03], harmful=[0.08, 0.09, 0.2]), method=METHOD)
    assert 0.06 <= found.least_effect < 0.08
    assert (found.missed_before, found.missed) == (2, 0)


def test_one_harmful_drift_weighs_as_much_as_three_expected_ones():
    assert tuned(0.1, said(expected=[0.12, 0.13], harmful=[0.11]), method=METHOD) is None
    found = tuned(0.1, said(expected=[0.12] * 4, harmful=[0.11]), method=METHOD)
    assert found.least_effect > 0.12


def test_verdicts_that_the_threshold_fits_leave_it():
    assert tuned(0.1, said(expected=[0.05], harmful=[0.2, 0.3]), method=METHOD) is None


def test_two_verdicts_are_too_few():
    assert tuned(0.1, said(expected=[0.11, 0.12]), method=METHOD) is None


def test_a_threshold_moves_in_steps_and_no_row_of_clicks_makes_a_monitor_deaf():
    threshold, seen = 0.1, []
    for _ in range(20):
        found = tuned(threshold, said(expected=[9.0] * 10), method=METHOD)
        if found is None:
            break
        threshold = found.least_effect
        seen.append(threshold)
    assert seen[0] == pytest.approx(0.15)
    assert seen[-1] == pytest.approx(0.4)


def test_nor_one_that_cries_at_everything():
    threshold = 0.1
    for _ in range(20):
        found = tuned(threshold, said(harmful=[0.001] * 5), method=METHOD)
        threshold = found.least_effect if found else threshold
    assert threshold == pytest.approx(0.025)


def test_only_the_newest_verdicts_count():
    old = said(expected=[0.2] * 100)
    assert tuned(0.1, [*old, *said(harmful=[0.2] * MOST_JUDGED)], method=METHOD) is None


def test_the_area_of_a_classifier_counts_from_where_it_tells_nothing():
    found = tuned(0.55, said(expected=[0.56, 0.56, 0.56]), method=Method.CLASSIFIER)
    assert 0.56 < found.least_effect <= 0.575
