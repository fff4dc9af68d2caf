"""Celery's part in experiments."""

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from evals.experiments.running import holding, nightly, working

log = structlog.get_logger(__name__)


@shared_task
def work_on_plan(plan_id: int) -> None:
    """A slice of a plan. Two at once do no harm: one of them finds it held."""
    if working.work(plan_id):
        work_on_plan.delay(plan_id)  # behind other tasks


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every five seconds."""
    for plan_id in holding.waiting(timezone.now()):
        work_on_plan.delay(plan_id)


@shared_task
def start_nightly() -> None:
    """Begin what is run each night. Runs every five minutes; twice begins nothing twice."""
    for plan in nightly.start_due(timezone.now()):
        hand_over(plan.pk)


def hand_over(plan_id: int) -> None:
    """Have a worker begin at once. While the broker is away the plan waits for `resume`."""
    try:
        work_on_plan.delay(plan_id)
    except OperationalError:
        log.warning("experiment_waits_for_the_broker", plan=plan_id)
