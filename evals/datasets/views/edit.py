"""Making, changing and deleting a dataset."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evals.datasets import keeping, table
from evals.datasets.forms import DatasetForm, NameForm
from evals.datasets.models import Dataset
from evals.datasets.views.asked import by, dataset_of, editable, page, text_in, to


@page
def dataset_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?folder=` is where it is to stand."""
    project = editable(request.user, project_id)
    folder = text_in(request, "folder").strip("/")
    initial = {"name": f"{folder}/" if folder else ""}
    form = DatasetForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            name = form.cleaned_data["name"]
            dataset = keeping.create(project, name, form.fields_given, by(request))
        except keeping.InvalidDataset as error:
            told(form, error)
        else:
            messages.success(request, _("The dataset is there. Now it needs items."))
            return to(dataset)
    context = {"project": project, "form": form}
    return render(request, "datasets/edit.html", context, status=422 if form.errors else 200)


@page
def dataset_edit(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    given = request.POST if request.method == "POST" else None
    form = DatasetForm(given, initial=DatasetForm.initial_of(dataset))
    if form.is_valid():
        try:
            name = form.cleaned_data["name"]
            changed = keeping.change(dataset, name, form.fields_given, by(request))
        except keeping.InvalidDataset as error:
            told(form, error)
        else:
            messages.success(request, _("The dataset is changed."))
            return to(changed)
    context = {"project": project, "dataset": dataset, "form": form}
    return render(request, "datasets/edit.html", context, status=422 if form.errors else 200)


def told(form: DatasetForm, error: keeping.InvalidDataset) -> None:
    field = "name" if isinstance(error, keeping.NameTaken) else None
    form.add_error(field, ValidationError(str(error)))


@page
def dataset_delete(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """Asks for its name: all versions of its items go with it."""
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    form = NameForm(request.POST if request.method == "POST" else None, wanted=dataset.name)
    if form.is_valid():
        return deleted(request, dataset)
    context = {
        "project": project,
        "dataset": dataset,
        "form": form,
        "count": table.counts(dataset, None)[0],
    }
    return render(request, "datasets/delete.html", context, status=422 if form.errors else 200)


def deleted(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    keeping.remove(dataset, by(request))
    messages.success(request, _("The dataset “%(name)s” is deleted.") % {"name": dataset.name})
    return redirect("dataset-list", dataset.project_id)
