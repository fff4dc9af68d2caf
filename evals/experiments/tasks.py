"""Celery's part in experiments."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from evals.experiments.running import holding, nightly, working

RESUME_SECONDS = 5

log = structlog.get_logger(__name__)


@shared_task
def work() -> None:
    """A slice of the plan whose turn it is. One more than may work finds nothing to do."""
    if working.work_next():
        work.delay()  # behind other tasks


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every five seconds."""
    for _plan in holding.waiting(timezone.now())[: settings.EXPERIMENT_MOST_WORKERS]:
        work.apply_async(expires=RESUME_SECONDS)  # nothing piles up


@shared_task
def start_nightly() -> None:
    """Begin what is run each night. Runs every five minutes; twice begins nothing twice."""
    if list(nightly.start_due(timezone.now())):
        hand_over()


def hand_over() -> None:
    """Have a worker begin at once. While the broker is away plans wait for `resume`."""
    try:
        work.apply_async(expires=RESUME_SECONDS)
    except OperationalError:
        log.warning("experiment_waits_for_the_broker")
