"""What people say of drifts moves the threshold, visibly, and can be taken back."""

from datetime import timedelta

import pytest

from evals.drift import changing, marks
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.tuning import Mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdict(end):
    """`verdict(monitor, 0.12)`: a drift of that effect, each a day before the last one."""

    def made(monitor, effect: float, method: str = "ks") -> DriftVerdict:
        at = end - timedelta(days=monitor.verdicts.count())
        return DriftVerdict.objects.create(
            monitor=monitor,
            at=at,
            current_start=at - timedelta(days=1),
            state="drift",
            method=method,
            effect=effect,
            n_reference=300,
            n_current=300,
        )

    return made


def test_three_expected_drifts_raise_the_threshold_above_them(monitor, verdict, owner):
    made = monitor("output_length")
    given = [verdict(made, effect) for effect in (0.11, 0.12, 0.13)]
    for one in given[:2]:
        standing = marks.mark(one, owner, Mark.EXPECTED)
        assert not standing.is_tuned
    assert standing.missing == 1
    standing = marks.mark(given[2], owner, Mark.EXPECTED, "a campaign")
    made = DriftMonitor.objects.get(pk=made.pk)
    assert made.tuned_effect == standing.now > 0.13
    assert (standing.own, standing.expected, standing.harmful) == (0.1, 3, 0)
    [step] = standing.steps
    assert (step.verdict, step.before, step.after) == (given[2], 0.1, made.tuned_effect)
    assert made.wanted().least_effect == made.tuned_effect
    kept = DriftVerdict.objects.get(pk=given[2].pk)
    assert (kept.mark, kept.marked_by, kept.note) == ("expected", owner, "a campaign")


def test_a_mark_that_is_taken_back_is_as_if_it_had_never_been(monitor, verdict, owner):
    made = monitor("output_length")
    given = [verdict(made, 0.12) for _ in range(3)]
    for one in given:
        marks.mark(one, owner, Mark.EXPECTED)
    standing = marks.unmark(given[1], owner)
    made.refresh_from_db()
    assert (standing.now, made.tuned_effect) == (0.1, None)
    assert DriftVerdict.objects.get(pk=given[1].pk).marked_by is None


def test_harmful_drifts_that_were_not_told_lower_it(monitor, verdict, owner):
    made = monitor("output_length", least_effect=0.3)
    for _ in range(3):
        standing = marks.mark(verdict(made, 0.25), owner, Mark.HARMFUL)
    assert standing.own == 0.3
    made.refresh_from_db()
    assert made.tuned_effect < 0.25


def test_a_reset_forgets_the_tuning_and_keeps_the_marks(monitor, verdict, owner):
    made = monitor("output_length")
    for _ in range(3):
        marks.mark(verdict(made, 0.12), owner, Mark.EXPECTED)
    standing = marks.reset(made)
    assert (standing.now, made.tuned_effect, standing.expected) == (0.1, None, 0)
    assert made.verdicts.filter(mark="expected").count() == 3
    marks.mark(verdict(made, 0.12), owner, Mark.EXPECTED)
    made.refresh_from_db()
    assert made.tuned_effect is None


def test_effects_of_another_method_do_not_count(monitor, verdict, owner):
    made = monitor("output_length")
    for method in ("wasserstein", "wasserstein", "ks"):
        standing = marks.mark(verdict(made, 0.12, method), owner, Mark.EXPECTED)
    assert (standing.expected, standing.missing) == (1, 2)


def test_a_monitor_of_another_question_begins_without_tuning(monitor, verdict, owner):
    made = monitor("output_length")
    for _ in range(3):
        marks.mark(verdict(made, 0.12), owner, Mark.EXPECTED)
    made.refresh_from_db()
    made.every_hours = 6
    assert changing.save(made, owner).tuned_effect is not None
    made.query = "env:prod"
    assert changing.save(made, owner).tuned_effect is None
    assert marks.tuning(made).expected == 0
