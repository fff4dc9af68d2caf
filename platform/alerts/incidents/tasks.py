"""Celery's part in incidents."""

from celery import shared_task

from alerts.incidents import digesting, outbox
from alerts.incidents.delivering import deliver


@shared_task
def hand_over() -> None:
    """Bring what is to be told to channels. Runs every five seconds."""
    outbox.hand_over(deliver)


@shared_task
def expire() -> None:
    """Remove notices that were handed over long ago. Runs every hour."""
    outbox.expire()


@shared_task
def digest() -> None:
    """Tell channels of their day, once it is over. Runs every five minutes."""
    digesting.digest()
