"""Celery's part in annotation."""

import structlog
from celery import shared_task

from evals.annotation import filling
from evals.annotation.models import Queue
from traces.errors import Unavailable

log = structlog.get_logger(__name__)


@shared_task
def fill_queues() -> None:
    """Have each filter look for new traces. Runs every five minutes."""
    filling.forget()
    for queue_id in Queue.objects.filter(has_filter=True).values_list("pk", flat=True):
        fill_queue.delay(queue_id)


@shared_task(expires=300)
def fill_queue(queue_id: str) -> None:
    """Two at once do no harm. What a store that is away leaves out, the next round finds."""
    try:
        filling.fill(queue_id)
    except Unavailable:
        log.warning("annotation_filter_waits", queue=queue_id)
