"""Celery's part in drift. What judges takes numpy and scipy, which only a worker loads."""

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from evals.drift import verdicts
from evals.drift.waiting import has_due, projects_with_due

EXPIRES_SECONDS = 300  # what no worker came to is found due again
log = structlog.get_logger(__name__)


@shared_task
def look() -> None:
    """Each project in a task of its own. Runs every 5 minutes."""
    for project_id in projects_with_due(timezone.now()):
        run_project.apply_async((project_id,), expires=EXPIRES_SECONDS)


@shared_task
def run_project(project_id: str) -> None:
    """Safe to run twice, also at once."""
    from evals.drift import running

    if running.run(project_id) and has_due(project_id, timezone.now()):
        run_project.delay(project_id)  # behind those of other projects


@shared_task
def expire() -> None:
    """Remove verdicts of long ago. Runs every hour."""
    verdicts.expire()


def hand_over(project_id: str) -> None:
    """Have a worker begin at once. While the broker is away it waits for `look`."""
    try:
        run_project.apply_async((project_id,), expires=EXPIRES_SECONDS)
    except OperationalError:
        log.warning("drift_waits_for_the_broker", project=project_id)
