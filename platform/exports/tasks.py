"""Celery's part in exports and bulk changes."""

from collections.abc import Callable

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from exports import bulk, exporting, runs
from exports.models import BulkRun, Export, Run

log = structlog.get_logger(__name__)


@shared_task
def work_on_export(export_id: int) -> None:
    """A slice of an export. Two at once do no harm: one of them finds it taken."""
    if exporting.work(export_id):
        work_on_export.delay(export_id)  # behind those of other projects
    elif Export.objects.filter(pk=export_id).exclude(finished_at=None).exists():
        begin_next(Export)  # of the same project


@shared_task
def work_on_bulk_run(run_id: int) -> None:
    """A slice of a bulk run, as one of an export."""
    if bulk.work(run_id):
        work_on_bulk_run.delay(run_id)
    elif BulkRun.objects.filter(pk=run_id).exclude(finished_at=None).exists():
        begin_next(BulkRun)  # of the same project: an undo waits for the run that was stopped


@shared_task
def resume() -> None:
    """Take up what nobody works on. Runs every half minute."""
    for model in (Export, BulkRun):
        begin_next(model)


@shared_task
def expire() -> None:
    """Remove what is past its time. Runs every hour."""
    exporting.expire()
    bulk.expire()


TASKS: dict[type[Run], Callable] = {Export: work_on_export, BulkRun: work_on_bulk_run}


def begin_next(model: type[Run]) -> None:
    for run_id in runs.waiting(model):
        TASKS[model].delay(run_id)


def hand_over(run: Run) -> None:
    """Have a worker begin at once. While the broker is away the run waits for `resume`."""
    try:
        TASKS[type(run)].delay(run.pk)
    except OperationalError:
        log.warning("run_waits_for_the_broker", run=run.pk)
