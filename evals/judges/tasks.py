"""Celery's part in judges."""

import time

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from evals.judges import finding, past, queue, upkeep, working
from evals.judges.models import PastRun
from exports import runs
from traces.errors import Unavailable

LOOK_SECONDS = 15

log = structlog.get_logger(__name__)


@shared_task
def look() -> None:
    """Each evaluator in a task of its own, so that a slow one holds up no other. Runs every
    quarter of a minute.
    """
    for evaluator_id in finding.due():
        look_for.apply_async((evaluator_id,), expires=LOOK_SECONDS)  # nothing piles up


@shared_task
def look_for(evaluator_id: str) -> None:
    """Make executions of what has come to rest. Safe to run twice, also at once."""
    try:
        finding.look(evaluator_id, time.time_ns())
    except Unavailable as error:  # the next look begins where this one did
        log.warning("judges_look_later", evaluator=evaluator_id, reason=str(error)[:200])


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every five seconds."""
    upkeep.leave_to_nobody(timezone.now())
    upkeep.pause_without_connection()
    for _connection in queue.connections_due(timezone.now())[: settings.JUDGE_MOST_WORKERS]:
        work.delay()
    for run_id in runs.waiting(PastRun):
        work_on_past_run.delay(run_id)


@shared_task
def work() -> None:
    """A slice of what waits. As many at once as may judge; one more finds nothing to do."""
    if working.work():
        work.delay()  # behind other tasks


@shared_task
def work_on_past_run(run_id: int) -> None:
    """A slice of making executions of what is there already, as one of an export."""
    if past.work(run_id):
        work_on_past_run.delay(run_id)


@shared_task
def expire() -> None:
    """Forget long texts. Runs every hour."""
    upkeep.forget_texts(timezone.now())


def hand_over() -> None:
    """Have a worker begin at once. While the broker is away, `resume` does."""
    try:
        resume.delay()
    except OperationalError:
        log.warning("judging_waits_for_the_broker")
