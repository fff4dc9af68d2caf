"""Celery's part in channels."""

from collections.abc import Iterable

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from alerts.channels import delivering

log = structlog.get_logger(__name__)


@shared_task
def deliver(delivery_id: int) -> None:
    """One attempt. Two at once do no harm: one of them finds it taken."""
    for following in delivering.attempt(delivery_id):
        deliver.delay(following)


@shared_task
def resume() -> None:
    """Begin what is due, and end what waited too long. Runs every five seconds."""
    delivering.give_up()
    for delivery_id in delivering.due():
        deliver.delay(delivery_id)


@shared_task
def expire() -> None:
    """Remove what is past its time. Runs every hour."""
    delivering.expire()


def hand_over(delivery_ids: Iterable[int]) -> None:
    """Have workers begin at once. While the broker is away, deliveries wait for `resume`."""
    try:
        for delivery_id in delivery_ids:
            deliver.delay(delivery_id)
    except OperationalError:
        log.warning("deliveries_wait_for_the_broker")
