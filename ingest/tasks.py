"""Celery's part in ingest. No 2xx needs it: the web processes drain by themselves."""

from celery import shared_task

from ingest.doubled import search
from ingest.drain import drain as write_back
from ingest.late import say_again


@shared_task
def drain() -> None:
    """Write held batches back, then say again what is due. Two at once do no harm."""
    if write_back().is_empty:
        say_again()


@shared_task
def settle_doubled_spans() -> None:
    """Two at once do no harm: the second finds nothing to do."""
    search()
