"""Celery's part in checks."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from evals.checks import running
from evals.checks.models import CheckRun
from evals.checks.sweep import sweep as sweep_up
from exports import runs
from traces.clickhouse import Unavailable

SWEEP_SECONDS = 30.0
log = structlog.get_logger(__name__)


@shared_task
def sweep() -> None:
    """Check what was left unchecked. Runs every minute; what it does not finish, the next does."""
    try:
        sweep_up(for_seconds=SWEEP_SECONDS)
    except Unavailable:
        return  # the next one begins where this one ended


@shared_task
def work_on_run(run_id: int) -> None:
    """A slice of a run. Two at once do no harm: one of them finds it taken."""
    if running.work(run_id):
        work_on_run.delay(run_id)  # behind those of other projects
    elif CheckRun.objects.filter(pk=run_id).exclude(finished_at=None).exists():
        resume()  # the next of the same project


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every half minute."""
    for run_id in runs.waiting(CheckRun):
        work_on_run.delay(run_id)


def hand_over(run: CheckRun) -> None:
    """Have a worker begin at once. While the broker is away the run waits for `resume`."""
    try:
        work_on_run.delay(run.pk)
    except OperationalError:
        log.warning("run_waits_for_the_broker", run=run.pk)
