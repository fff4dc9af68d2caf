"""Celery's part in checks."""

from celery import shared_task

from evals.checks.sweep import sweep as sweep_up
from traces.clickhouse import Unavailable

SWEEP_SECONDS = 30.0


@shared_task
def sweep() -> None:
    """Check what was left unchecked. Runs every minute; what it does not finish, the next does."""
    try:
        sweep_up(for_seconds=SWEEP_SECONDS)
    except Unavailable:
        return  # the next one begins where this one ended
