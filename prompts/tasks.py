"""Celery's part in prompts."""

from celery import shared_task

from prompts.splits import canary


@shared_task
def watch_canaries() -> None:
    """Each in a task of its own, so that a slow one holds up no other. Runs every minute."""
    for canary_id in canary.due():
        watch_canary.delay(canary_id)


@shared_task
def watch_canary(canary_id: int) -> None:
    """Safe to run twice, also at once."""
    canary.watch(canary_id)
