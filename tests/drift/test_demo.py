"""Sample traffic has a release in it that its monitors find."""

import random
from statistics import mean

import pytest

from evals.drift import demo
from evals.drift.models import DriftMonitor
from traces.management.commands.demo import HOUR, played


@pytest.mark.django_db
def test_monitors_of_sample_traffic_are_made_once_and_run_each_time(project):
    for _time in range(2):
        demo.seed(project)
    found = DriftMonitor.objects.filter(project=project)
    assert found.count() == len(demo.MONITORS)
    assert all(one.asked_at for one in found)


def test_answers_of_sample_traffic_grow_longer_with_its_last_release():
    now = 1_800_000_000 * 10**9
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for trace in played(random.Random(7), 120, 24 * HOUR, now):
        for span in trace.spans:
            if span.name == "answer":
                answer = str(span.attributes["gen_ai.output.messages"])
                lengths[trace.is_after_release].append(len(answer))
    assert mean(lengths[True]) > 1.5 * mean(lengths[False])
