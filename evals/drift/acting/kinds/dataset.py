"""Traces of the slice become items of a dataset."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evals.datasets import bulk, keeping, names
from evals.datasets.items import By, Refused
from evals.datasets.models import Dataset
from evals.datasets.picking import add_traces as add
from evals.datasets.picking import not_in
from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import ActionRun
from evals.drift.acting.slices import slice_of, trace_ids, traces


def do(run: ActionRun) -> Did:
    """A trace that the dataset has an item of already is left as it is."""
    dataset = _dataset(run, run.options)
    return filled(run, dataset, with_output=bool(run.options.get("with_output")))


def filled(run: ActionRun, dataset: Dataset, *, with_output: bool) -> Did:
    ids = trace_ids(run.verdict, slice_of(run.options))
    lacking = not_in(dataset, ids)
    rows = traces(run.verdict, lacking)
    outcomes = add(dataset, rows, By(user=run.asked_by), with_output=with_output) if rows else []
    refused = [one.reason for one in outcomes if isinstance(one, Refused)]
    if refused and len(refused) == len(outcomes):
        raise Undoable(refused[0])
    words = _("%(added)d items added to “%(dataset)s”; %(there)d were there, %(refused)d refused.")
    told = {
        "added": len(outcomes) - len(refused),
        "dataset": dataset.name,
        "there": len(ids) - len(lacking),
        "refused": len(refused) + len(lacking) - len(rows),
    }
    return Did(words % told, reverse("dataset-page", args=[dataset.project_id, dataset.pk]))


def _dataset(run: ActionRun, options: dict[str, Any]) -> Dataset:
    project = run.verdict.monitor.project
    if name := options.get("new_dataset"):
        return named(run, str(name))
    found = Dataset.objects.filter(project=project, pk=str(options.get("dataset", ""))).first()
    if found is None:
        raise Undoable(_("The dataset is gone. Choose another one."))
    return found


def named(run: ActionRun, name: str) -> Dataset:
    """The dataset of the name, made where there is none."""
    try:
        made = names.dataset_name(name)
        return bulk.made(run.verdict.monitor.project, made, By(user=run.asked_by))
    except (names.InvalidName, keeping.InvalidDataset) as error:
        raise Undoable(str(error)) from error
