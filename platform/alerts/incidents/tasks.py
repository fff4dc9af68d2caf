"""Celery's part in incidents."""

from celery import shared_task

from alerts.incidents import outbox


@shared_task
def expire() -> None:
    """Remove notices that were handed over long ago. Runs every hour."""
    outbox.expire()
