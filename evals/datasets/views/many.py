"""Changing all items that a search finds, and making a dataset again what it was."""

from typing import Any

import structlog
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from evals.datasets import many
from evals.datasets.models import Dataset, Status
from evals.datasets.names import MAX_NAME, MAX_SPLIT, InvalidName
from evals.datasets.table import Wanted
from evals.datasets.views.asked import by, dataset_of, editable, moment_in, to

log = structlog.get_logger(__name__)
DONE = (many.PUT, many.TAKE, many.ARCHIVE, many.ACTIVATE, many.DELETE)


class ManyForm(forms.Form):
    """The search of the page, and what is done to what it finds."""

    q = forms.CharField(required=False, max_length=MAX_NAME)
    split = forms.CharField(required=False, max_length=MAX_SPLIT)
    status = forms.ChoiceField(required=False, choices=[("", ""), *Status.choices])
    do = forms.ChoiceField(choices=[(one, one) for one in DONE])
    name = forms.CharField(required=False, max_length=MAX_SPLIT)
    share = forms.IntegerField(required=False, min_value=1, max_value=100)

    @property
    def wanted(self) -> Wanted:
        found = self.cleaned_data
        return Wanted(found["q"].strip(), found["split"], found["status"])


@require_POST
def items_change(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    form = ManyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be done. Look at what you wrote."))
        return to(dataset)
    found = form.cleaned_data
    shown = {name: found[name] for name in ("q", "split", "status")}
    try:
        changed = many.change(
            dataset,
            form.wanted,
            found["do"],
            by(request),
            split=found["name"],
            share=found["share"] or 100,
        )
    except (InvalidName, many.TooMany) as error:
        messages.error(request, str(error))
        return to(dataset, **shown)
    told(request, dataset, changed, what=found["do"])
    return to(dataset, **shown)


@require_POST
def dataset_restore(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`?at=` a moment."""
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    moment = moment_in(request, "at")
    if moment is None:
        raise Http404("There is no such moment.")
    try:
        changed = many.restore(dataset, moment, by(request))
    except many.TooMany as error:
        messages.error(request, str(error))
    else:
        told(request, dataset, changed, what="restore")
    return to(dataset)


def told(request: HttpRequest, dataset: Dataset, changed: many.Changed, **more: Any) -> None:
    log.info(
        "dataset_items_changed",
        user=request.user.pk,
        project=dataset.project_id,
        dataset=dataset.pk,
        items=changed.items,
        **more,
    )
    words = ngettext("%(n)s item changed.", "%(n)s items changed.", changed.items)
    messages.success(request, words % {"n": f"{changed.items:,}"})
    if changed.refused:
        count = len(changed.refused)
        words = ngettext(
            "%(n)s item was refused: %(why)s", "%(n)s items were refused: %(why)s", count
        )
        messages.error(request, words % {"n": f"{count:,}", "why": changed.refused[0]})
