"""Adding, changing, archiving, deleting and restoring items."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evals.datasets import items
from evals.datasets.forms import ItemForm
from evals.datasets.items import NewItem, Refused
from evals.datasets.models import Dataset, ItemVersion
from evals.datasets.views.asked import (
    by,
    dataset_of,
    editable,
    page,
    present_version,
    to,
    version_of,
)


@page
def item_create(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    form = ItemForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        [outcome] = items.add(dataset, [NewItem(**form.given)], by(request))
        if isinstance(outcome, Refused):
            form.add_error(None, ValidationError(outcome.reason))
        else:
            messages.success(request, _("The item is added."))
            if "more" in request.POST:
                return to(dataset, "item-create")
            return to(dataset)
    context = {"project": project, "dataset": dataset, "form": form}
    return render(request, "datasets/item_edit.html", context, status=422 if form.errors else 200)


@page
def item_edit(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`?item=`. Saved only over the version that was looked at."""
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    item = present_version(request, dataset)
    if item.is_deleted:
        raise Http404("The item is deleted.")
    given = request.POST if request.method == "POST" else None
    form = ItemForm(given, initial=ItemForm.initial_of(item))
    is_stale = given is not None and given.get("seen") != str(item.pk)
    if form.is_valid() and not is_stale:
        wanted = NewItem(id=item.item_id, over=item.pk, **form.given)
        [outcome] = items.add(dataset, [wanted], by(request))
        if isinstance(outcome, ItemVersion):
            messages.success(request, _("The item is changed. Its earlier versions are kept."))
            return to(dataset, "item-page", item=item.item_id)
        if outcome.is_stale:  # somebody else saved between our look and the lock
            item, is_stale = present_version(request, dataset), True
        else:
            form.add_error(None, ValidationError(outcome.reason))
    context = {"project": project, "dataset": dataset, "item": item, "form": form}
    status = 409 if is_stale else 422 if form.errors else 200
    return render(
        request, "datasets/item_edit.html", context | {"is_stale": is_stale}, status=status
    )


@require_POST
def item_change(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`do` is archive, activate, delete or restore (to `version`)."""
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    item = present_version(request, dataset)
    what = request.POST.get("do", "")
    if what == "delete":
        items.delete(dataset, [item.item_id], by(request))
        return to(dataset, deleted=item.item_id)
    if what == "restore":
        return restored(request, dataset, item)
    status = {"archive": "ARCHIVED", "activate": "ACTIVE"}.get(what)
    if status is None or item.is_deleted:
        raise Http404("That cannot be done to the item.")
    told(request, items.add(dataset, [NewItem(id=item.item_id, status=status)], by(request)))
    return to(dataset, "item-page", item=item.item_id)


def restored(request: HttpRequest, dataset: Dataset, item: ItemVersion) -> HttpResponse:
    version = version_of(dataset, item, request.POST.get("version", ""))
    if version is None or version.is_deleted:
        raise Http404("There is no such version to restore.")
    told(request, [items.restore(version, by(request))])
    return to(dataset, "item-page", item=item.item_id)


def told(request: HttpRequest, outcomes: Sequence[items.Outcome]) -> None:
    for one in outcomes:
        if isinstance(one, Refused):
            messages.error(request, one.reason)
        else:
            messages.success(request, _("The item is changed. Its earlier versions are kept."))
