"""Celery's part in pricing."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from pricing import runs

log = structlog.get_logger(__name__)


@shared_task
def work_on(run_id: int) -> None:
    """A slice of a repricing run. Two at once do no harm: one of them finds the run taken."""
    if runs.work(run_id):
        work_on.delay(run_id)


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every half minute."""
    for run_id in runs.waiting():
        work_on.delay(run_id)


def hand_over(run_id: int) -> None:
    """Have a worker begin at once. While the broker is away the run waits for `resume`."""
    try:
        work_on.delay(run_id)
    except OperationalError:
        log.warning("repricing_waits_for_the_broker", run=run_id)
