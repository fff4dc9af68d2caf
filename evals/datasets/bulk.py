"""“Add to dataset” for many traces: an action above the list."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.datasets import items, keeping, names, picking
from evals.datasets.forms import checked, dataset_choices
from evals.datasets.items import By, Refused
from evals.datasets.models import Dataset
from exports import runs
from exports.actions import BulkAction, Done
from exports.models import BulkRun
from traces.queries.traces import TraceRow

OUTPUT, NOTHING = "output", "nothing"


class ChoiceForm(forms.Form):
    """A dataset that is there, or the name of a new one."""

    dataset = forms.ChoiceField(label=gettext_lazy("Dataset"), required=False)
    new_dataset = forms.CharField(
        label=gettext_lazy("Or a new dataset"),
        required=False,
        max_length=names.MAX_NAME,
        help_text=gettext_lazy("Its name. A slash makes folders: support/refunds."),
    )

    def __init__(self, data: Any = None, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.project = project
        there = dataset_choices(project)
        self.fields["dataset"] = forms.ChoiceField(
            label=gettext_lazy("Dataset"), required=False, choices=[("", "–"), *there]
        )
        if not there:
            self.fields["dataset"].widget = forms.HiddenInput()
            self.fields["new_dataset"].label = gettext_lazy("New dataset")

    def clean_new_dataset(self) -> str:
        given = self.cleaned_data["new_dataset"].strip()
        return checked(names.dataset_name, given) if given else ""

    def clean(self) -> None:
        found = self.cleaned_data
        if "dataset" not in found or "new_dataset" not in found:
            return
        if bool(found["dataset"]) == bool(found["new_dataset"]):
            self.add_error(
                "new_dataset", ValidationError(_("Choose a dataset, or name a new one."))
            )

    def made(self, by: By) -> Dataset:
        """The dataset that was chosen, made where it is new. Raises InvalidDataset."""
        found = self.cleaned_data
        if found["dataset"]:
            return Dataset.objects.get(project=self.project, pk=found["dataset"])
        there = keeping.named(self.project.id, found["new_dataset"])
        return there or keeping.create(self.project, found["new_dataset"], {}, by)


class TracesForm(ChoiceForm):
    expected = forms.ChoiceField(
        label=gettext_lazy("Expected output"),
        choices=[
            (OUTPUT, gettext_lazy("What each trace put out")),
            (NOTHING, gettext_lazy("Nothing yet")),
        ],
        widget=forms.RadioSelect,
        initial=OUTPUT,
    )

    @property
    def target(self) -> str:
        found = self.cleaned_data
        names_of = dict(self.fields["dataset"].choices)  # type: ignore[attr-defined]
        return str(found["new_dataset"] or names_of[found["dataset"]])

    @property
    def options(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {"dataset": self.made(By()).pk, "with_output": found["expected"] == OUTPUT}


def dataset_of(run: BulkRun) -> Dataset:
    found = Dataset.objects.filter(
        project=run.project_id, pk=str(run.options.get("dataset", ""))
    ).first()
    if found is None:
        raise runs.GivenUp(runs.TARGET_GONE)
    return found


def lacking(run: BulkRun, trace_ids: Sequence[str]) -> Collection[str]:
    return picking.not_in(dataset_of(run), trace_ids)


def do(run: BulkRun, traces: list[TraceRow]) -> Done:
    outcomes = picking.add_traces(
        dataset_of(run),
        traces,
        By(user=run.asked_by),
        with_output=bool(run.options.get("with_output")),
    )
    refused = [
        (trace.trace_id, one.reason)
        for trace, one in zip(traces, outcomes, strict=True)
        if isinstance(one, Refused)
    ]
    return Done(len(traces) - len(refused), refused)


def undo(run: BulkRun, trace_ids: Sequence[str]) -> None:
    """The items go. Where the dataset is gone, there is nothing left to undo."""
    found = Dataset.objects.filter(
        project=run.project_id, pk=str(run.options.get("dataset", ""))
    ).first()
    if found is not None:
        ids = [items.id_from(found, trace_id) for trace_id in trace_ids]
        items.delete(found, ids, By(user=run.asked_by))


def link(run: BulkRun) -> str:
    dataset_id = str(run.options.get("dataset", ""))
    there = Dataset.objects.filter(project=run.project_id, pk=dataset_id)
    return reverse("dataset-page", args=[run.project_id, dataset_id]) if there.exists() else ""


ACTION = BulkAction(
    name="dataset",
    label=gettext_lazy("Add to dataset"),
    icon="datasets",
    text=gettext_lazy(
        "Each trace becomes an item, with a link back to it. A trace that the dataset has an item "
        "of already is left as it is."
    ),
    form=TracesForm,
    lacking=lacking,
    do=do,
    undo=undo,
    link=link,
)
