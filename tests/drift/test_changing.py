"""Monitors are made, changed and switched; those that go not together are refused in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Project
from evals.datasets.models import Dataset
from evals.drift import changing, ready_made
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.stored import Chosen, read, stored
from evals.drift.watched import FIGURES, WATCHED, words_of
from evals.drift.windows import BaselineKind, InvalidBaseline
from traces.queries import drift_samples

pytestmark = pytest.mark.django_db


def unsaved(project, **fields) -> DriftMonitor:
    given = {"name": "One", "watched": "latency", "kind": "numeric", **fields}
    return DriftMonitor(project=project, **given)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " "},
        {"watched": "mood"},
        {"kind": "text"},
        {"key": "x"},
        {"watched": "score", "key": " "},
        {"watched": "relation", "kind": "relation", "key": "quality"},
        {"watched": "relation", "kind": "relation", "key": "quality", "figure": "mood"},
        {"by": ["shoe size"]},
        {"by": "model"},
        {"method": "chi_square"},
        {"alpha": 1.5},
        {"least_effect": -1},
        {"least_samples": 2},
        {"every_hours": 0},
        {"query": "latncy:>2"},
        {"query": "a" * 2001},
        {"note": "a" * 1001},
    ],
)
def test_what_goes_not_together_is_refused(project, owner, fields):
    with pytest.raises((InvalidMonitor, ValueError)):
        changing.save(unsaved(project, **fields), owner)
    assert not DriftMonitor.objects.filter(project=project).exists()


def test_a_dataset_that_is_not_the_projects_or_lacks_what_is_watched_is_no_baseline(project, owner):
    other = Project.objects.create(organisation=project.organisation, name="Other")
    theirs, ours = (Dataset.objects.create(project=one, name="Golden") for one in (other, project))
    for watched, dataset in (("output_length", theirs), ("latency", ours)):
        baseline = {"kind": "dataset", "dataset": dataset.pk}
        with pytest.raises(InvalidMonitor):
            changing.save(unsaved(project, watched=watched, baseline=baseline), owner)
    changing.save(unsaved(project, watched="output_length", baseline=baseline), owner)


@pytest.mark.parametrize(
    "baseline",
    [
        [],
        {"kind": "lunar"},
        {"kind": "fixed"},
        {"kind": "dataset"},
        {"kind": "since"},
        {"kind": "since", "prompt": "reply"},
        {"current_hours": 0},
        {"current_hours": "many"},
        {"current_hours": 1e300},
        {"zone": "Mars/Base"},
        {"moon": 1},
        {"kind": "fixed", "start": "yesterday", "end": "now"},
    ],
)
def test_a_baseline_that_is_none_is_refused(project, owner, baseline):
    with pytest.raises(InvalidBaseline):
        changing.save(unsaved(project, baseline=baseline), owner)


def test_a_baseline_is_read_as_it_was_stored():
    now = timezone.now()
    for chosen in (
        Chosen(),
        Chosen(kind=BaselineKind.SINCE, release="1.2"),
        Chosen(kind=BaselineKind.SINCE, start=now, current_hours=2.5),
        Chosen(kind=BaselineKind.SINCE, prompt="reply", prompt_version=3),
        Chosen(kind=BaselineKind.SAME_HOURS, weeks=2, zone="Asia/Seoul"),
    ):
        assert read(stored(chosen)) == chosen


def test_a_name_is_taken_once_and_a_change_is_due_at_once(project, owner):
    made = changing.save(unsaved(project), owner)
    assert (made.author, made.version) == (owner, 1)
    with pytest.raises(InvalidMonitor, match="of this name"):
        changing.save(unsaved(project), owner)
    made.next_at = timezone.now() + timedelta(days=9)
    made.every_hours = 6
    changing.save(made, owner)
    made.refresh_from_db()
    assert made.version == 2 and made.next_at <= timezone.now()


def test_one_that_is_off_is_not_due(project, owner):
    made = changing.save(unsaved(project), owner)
    changing.switch(made, is_on=False)
    assert (made.is_on, made.version) == (False, 2)
    changing.switch(made, is_on=False)
    assert made.version == 2


def test_a_ready_made_one_is_switched_on_once(project, owner):
    for one in ready_made.READY_MADE:
        score = "helpful" if one.needs_score else ""
        made = ready_made.switch_on(project, one.key, owner, score=score)
        assert made == ready_made.switch_on(project, one.key, owner, score=score)
        assert words_of(made).endswith("helpful") == one.needs_score
    assert DriftMonitor.objects.filter(project=project).count() == len(ready_made.READY_MADE)
    with pytest.raises(InvalidMonitor):
        ready_made.switch_on(project, "score", owner)


def test_whatever_is_offered_can_be_asked_of_the_store():
    offered = {value for one in WATCHED.values() for value in one.values.values()}
    assert offered == set(drift_samples.VALUES)
    assert set(FIGURES) == set(drift_samples.FIGURES)
