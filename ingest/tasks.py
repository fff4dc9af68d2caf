"""Celery's part in ingest. No 2xx needs it: the web processes drain by themselves."""

from celery import shared_task

from ingest.drain import drain as write_back


@shared_task
def drain() -> None:
    """Write held batches back. Runs every few seconds; two at once do no harm."""
    write_back()
