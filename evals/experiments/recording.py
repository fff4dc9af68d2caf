"""Recording experiments by rows, and deleting them. Whoever calls has asked who may."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from evals.datasets.models import Dataset
from evals.experiments.models import MAX_DESCRIPTION, MAX_NAME, Baseline, Plan, Run, RunItem
from evals.experiments.names import run_id
from evals.experiments.reading import Experiment
from evals.experiments.running import holding


def recorded(
    dataset: Dataset,
    name: str,
    *,
    description: str | None = None,
    metadata: Any = None,
    at: datetime | None = None,
) -> Run:
    """The experiment of the name, made if it is not there; what is said of it replaces what was."""
    said = {} if metadata is None else {"metadata": metadata}
    if description is not None:
        said["description"] = description[:MAX_DESCRIPTION]
    now = timezone.now()
    run, is_new = Run.objects.get_or_create(
        project_id=dataset.project_id,
        public_id=run_id(dataset.project_id, dataset.pk, name),
        defaults={
            "dataset": dataset,
            "name": name,
            "created_at": at or now,
            **said,
        },
    )
    if not is_new and any(getattr(run, field) != value for field, value in said.items()):
        for field, value in said.items():
            setattr(run, field, value)
        run.updated_at = now
        run.save(update_fields=[*said, "updated_at"])
    return run


def link(
    run: Run,
    item_id: str,
    trace_id: str,
    observation_id: str = "",
    *,
    version_at: datetime | None = None,
    at: datetime | None = None,
) -> RunItem:
    """Said twice, it is there once."""
    row, is_new = RunItem.objects.get_or_create(
        run=run,
        item_id=item_id,
        trace_id=trace_id,
        observation_id=observation_id,
        defaults={"version_at": version_at, "created_at": at or timezone.now()},
    )
    if is_new and run.emptied_at is not None:
        # A new experiment of the name of one that was deleted.
        Run.objects.filter(pk=run.pk, created_at__lte=run.emptied_at).update(
            created_at=row.created_at, updated_at=row.created_at
        )
    return row


def delete(project_id: str, experiment: Experiment) -> None:
    """Its traces stay, and are nobody's experiment any more. One that still runs is stopped."""
    dataset = Dataset.objects.filter(project=project_id, pk=experiment.dataset_id).first()
    with transaction.atomic():
        now = timezone.now()
        run, _is_new = Run.objects.update_or_create(
            project_id=project_id,
            public_id=experiment.id,
            defaults={"emptied_at": now},
            create_defaults={
                "dataset": dataset,
                "name": experiment.name[:MAX_NAME],
                "created_at": experiment.created_at,
                "emptied_at": now,
            },
        )
        run.items.all().delete()
        for plan in Plan.objects.filter(run=run):
            holding.cancel(plan)
        Baseline.objects.filter(dataset=dataset, public_id=experiment.id).delete()
