"""Celery's part in uploads."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from evals.datasets.models import Upload
from evals.datasets.uploads import working
from exports import runs

log = structlog.get_logger(__name__)


@shared_task
def work_on_upload(upload_id: int) -> None:
    """A slice of an upload. Two at once do no harm: one of them finds it taken."""
    if working.work(upload_id):
        work_on_upload.delay(upload_id)  # behind those of other projects
    elif Upload.objects.filter(pk=upload_id).exclude(finished_at=None).exists():
        resume()  # with the next one of the same project


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every half minute."""
    for upload_id in runs.waiting(Upload):
        work_on_upload.delay(upload_id)


@shared_task
def expire() -> None:
    """Remove what is past its time. Runs every hour."""
    working.expire()


def hand_over(upload: Upload) -> None:
    """Have a worker begin at once. While the broker is away the upload waits for `resume`."""
    try:
        work_on_upload.delay(upload.pk)
    except OperationalError:
        log.warning("upload_waits_for_the_broker", upload=upload.pk)
