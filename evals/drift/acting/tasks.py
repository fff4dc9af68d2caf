"""Celery's part in acting on drift."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from evals.drift.acting import considering, working
from evals.drift.acting.models import Occasion
from evals.drift.acting.triggers import watching
from evals.drift.models import DriftVerdict

SWEEP_SECONDS = 30
log = structlog.get_logger(__name__)


@shared_task
def sweep() -> None:
    """Consider new verdicts, look at triggers, and have done what waits. Runs every half minute."""
    considering.consider_all()
    for trigger_id in watching.due():
        look.apply_async((trigger_id,), expires=SWEEP_SECONDS)
    for run_id in working.due():
        work.apply_async((run_id,), expires=SWEEP_SECONDS)


@shared_task
def look(trigger_id: str) -> None:
    """Whether a trigger wants retraining. Safe to run twice, also at once."""
    watching.look(trigger_id)


@shared_task
def work(run_id: int) -> None:
    """One action on one verdict. Safe to run twice, also at once."""
    working.work(run_id)


def hand_over(run_id: int) -> None:
    """Have a worker begin at once. While the broker is away, `sweep` does."""
    try:
        work.delay(run_id)
    except OperationalError:
        log.warning("drift_action_waits_for_the_broker", run=run_id)


def on_drift(verdict: DriftVerdict) -> None:
    """At once, after it was stored. Where nobody gets so far, `sweep` does it."""
    for run_id in considering.consider(verdict, str(Occasion.DRIFT)):
        hand_over(run_id)
