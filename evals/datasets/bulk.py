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
from traces.queries.trace_row import TraceRow

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
        if not given:
            return ""
        name: str = checked(names.dataset_name, given)
        if keeping.named(self.project.id, name) is None:
            try:
                keeping.refuse_too_many(self.project)
            except keeping.InvalidDataset as error:
                raise ValidationError(str(error)) from error
        return name

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
        return made(self.project, found["new_dataset"], by)


def made(project: Project, name: str, by: By) -> Dataset:
    """The dataset of the name, new or not. Raises InvalidDataset."""
    there = keeping.named(project.id, name)
    if there is not None:
        return there
    try:
        return keeping.create(project, name, {}, by)
    except keeping.NameTaken:  # by somebody else, at the same moment
        return Dataset.objects.get(project=project, name=name)


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
        """A new dataset is made by the run: only then is it sure that there is one."""
        found = self.cleaned_data
        return {
            "dataset": found["dataset"],
            "new_dataset": found["new_dataset"],
            "with_output": found["expected"] == OUTPUT,
        }


def dataset_of(run: BulkRun) -> Dataset:
    """Made where it is new. Raises GivenUp where it is gone, or there is no room for it."""
    if name := run.options.get("new_dataset"):
        try:
            dataset = made(run.project, name, by(run))
        except keeping.InvalidDataset:
            raise runs.GivenUp(runs.TARGET_GONE) from None
        run.options = run.options | {"dataset": dataset.pk, "new_dataset": ""}
        run.save(update_fields=("options",))
        return dataset
    found = chosen(run)
    if found is None:
        raise runs.GivenUp(runs.TARGET_GONE)
    return found


def chosen(run: BulkRun) -> Dataset | None:
    dataset_id = str(run.options.get("dataset", ""))
    return Dataset.objects.filter(project=run.project_id, pk=dataset_id).first()


def by(run: BulkRun) -> By:
    return By(user=run.asked_by, bulk_run=run.pk)


def lacking(run: BulkRun, trace_ids: Sequence[str]) -> Collection[str]:
    return picking.not_in(dataset_of(run), trace_ids)


def do(run: BulkRun, traces: list[TraceRow]) -> Done:
    outcomes = picking.add_traces(
        dataset_of(run),
        traces,
        by(run),
        with_output=bool(run.options.get("with_output")),
    )
    refused = [
        (trace.trace_id, one.reason)
        for trace, one in zip(traces, outcomes, strict=True)
        if isinstance(one, Refused)
    ]
    return Done(len(traces) - len(refused), refused)


def undo(run: BulkRun, trace_ids: Sequence[str]) -> None:
    """The items go that still are what the run made of them. Where the dataset is gone, there is
    nothing left to undo.
    """
    dataset = chosen(run)
    if dataset is None:
        return
    ids = [items.id_from(dataset, trace_id) for trace_id in trace_ids]
    with items.change(dataset) as (locked, _moment):
        own = items.present(locked, ids).filter(bulk_run=run.pk, is_deleted=False)
        items.delete(locked, list(own.values_list("item_id", flat=True)), By(user=run.asked_by))


def link(run: BulkRun) -> str:
    dataset = chosen(run)
    return reverse("dataset-page", args=[run.project_id, dataset.pk]) if dataset else ""


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
