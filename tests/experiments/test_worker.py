"""A real Celery worker, killed with SIGKILL in the middle of an experiment."""

import os
import signal

import pytest
from django.utils import timezone

from evals.experiments.measuring import measurements
from evals.experiments.models import Plan, PlannedItem, Step
from evals.experiments.running import planning
from evals.experiments.running.evaluators import CHECK, Evaluator
from evals.experiments.running.planning import Wish
from tests.judges.test_worker import BROKER, in_database, wait_for
from tests.llm.stand_in import answers, says_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tell():
    """Have whoever works take up what is due, as beat does."""
    from config.celery import app
    from evals.experiments import tasks

    def told() -> None:
        with app.connection_for_write(in_database(os.environ["VALKEY_URL"], BROKER)) as broker:
            tasks.resume.apply_async(connection=broker)

    return told


def test_what_a_killed_worker_left_is_finished_by_the_next_and_each_item_is_there_once(
    project,
    dataset,
    make,
    make_connection,
    unpaced,
    provider,
    worker,
    tell,
):
    wish = Wish(
        dataset=dataset,
        name="killed",
        version=make("capital", "Capital of {{country}}?"),
        connection=unpaced(make_connection(model_names=["gpt-4o-mini"])),
        model="gpt-4o-mini",
        parameters={},
        evaluators=[Evaluator(CHECK, "exact_match", "exact_match")],
    )
    plan = planning.start(wish, None, None)
    provider.will(answers("Seoul"), says_nothing)
    first = worker()
    tell()
    kept = PlannedItem.objects.filter(plan=plan, step=Step.DONE)
    wait_for(lambda: kept.count() == 1 and len(provider.asked) == 5, "the worker to ask", tell)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    provider.will(answers("Seoul"))
    provider.go_on.set()
    Plan.objects.update(held_until=timezone.now())  # twenty seconds without a sign of life
    worker()
    tell()
    wait_for(
        lambda: Plan.objects.filter(pk=plan.pk).exclude(finished_at=None), "the next one", tell
    )
    assert len(provider.asked) == 9  # what was answered is not asked again
    found = measurements(project.id, [plan.run.public_id])[plan.run.public_id]
    assert len(found) == 5 and all("exact_match" in one.scores for one in found.values())
    assert PlannedItem.objects.filter(plan=plan, step=Step.DONE).count() == 5
