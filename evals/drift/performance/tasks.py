"""Celery's part in performance. What compares takes numpy, which only a worker loads."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

EXPIRES_SECONDS = 300
log = structlog.get_logger(__name__)


@shared_task
def look() -> None:
    """Each monitor in a task of its own. Runs every five minutes."""
    from evals.drift.performance import running

    for monitor_id in running.due():
        run.apply_async((monitor_id,), expires=EXPIRES_SECONDS)


@shared_task
def run(monitor_id: str) -> None:
    """Safe to run twice, also at once."""
    from evals.drift.performance import running

    running.run(monitor_id)


def hand_over(monitor_id: str) -> None:
    """Have a worker begin at once. While the broker is away, `look` does."""
    try:
        run.apply_async((monitor_id,), expires=EXPIRES_SECONDS)
    except OperationalError:
        log.warning("performance_waits_for_the_broker", monitor=monitor_id)
