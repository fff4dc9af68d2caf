"""Two workers with the same thing to do at the same moment do it once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from evals.drift.acting import considering, working
from evals.drift.acting.models import ActionRun, DriftAction, Trigger
from evals.drift.acting.triggers import watching

pytestmark = pytest.mark.django_db(transaction=True)


def both(what: Callable[[], object]) -> list:
    """What either of two threads that begin together returned."""
    barrier = Barrier(2)

    def one(_number: int) -> object:
        try:
            barrier.wait(timeout=30)
            return what()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def test_a_verdict_is_told_once_and_gives_rise_to_one_run(verdict, monitor, owner, queue, told):
    DriftAction.objects.create(
        monitor=monitor, kind="queue", options={"queue": queue("Look").pk}, author=owner
    )
    found = verdict()
    runs = both(lambda: considering.consider(found, "drift"))
    assert sorted(len(one) for one in runs) == [0, 1]
    assert len(told()) == 1 and ActionRun.objects.count() == 1


def test_a_run_is_worked_on_once(verdict, drifted, owner, queue):
    one = queue("Look")
    run = ActionRun.objects.create(
        verdict=verdict(), kind="queue", options={"queue": one.pk}, asked_by=owner
    )
    both(lambda: working.work(run.pk))
    run.refresh_from_db()
    assert (run.status, run.tries, one.items.count()) == ("done", 1, 6)


@pytest.mark.parametrize("when", ["schedule", "verdict"])
def test_an_episode_is_told_once(project, monitor, verdict, told, when):
    verdict()
    trigger = Trigger.objects.create(
        project=project, name="Retrain", when=when, monitor=monitor,
        options={"days": 1, "after": 1}, created_at=timezone.now() - timedelta(days=2),
    )  # fmt: skip
    now = timezone.now()
    assert sorted(both(lambda: watching.look(trigger.pk, now))) == [False, True]
    assert len(told("retrain.wanted")) == 1 and trigger.episodes.count() == 1
