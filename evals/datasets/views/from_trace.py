"""One item made of a trace, or of an observation of it, looked over before it is saved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from evals.datasets import items, keeping, picking
from evals.datasets.bulk import ChoiceForm
from evals.datasets.forms import ItemForm
from evals.datasets.items import NewItem, Refused
from evals.datasets.models import Dataset
from evals.datasets.names import MAX_SOURCE
from evals.datasets.picking import Picked
from evals.datasets.typed import typed
from evals.datasets.views.asked import by, editable, page, to
from traces.views.away import tells_when_away


@page
@tells_when_away
def item_from(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?trace=`, and `?span=` for one of its observations."""
    project = editable(request.user, project_id)
    trace_id, span_id = request.GET.get("trace", ""), request.GET.get("span", "")
    found = None
    if 0 < len(trace_id) <= MAX_SOURCE and "\0" not in trace_id + span_id:
        found = picking.picked(project.id, trace_id, span_id)
    if found is None:
        raise Http404("There is no such trace.")
    given = request.POST if request.method == "POST" else None
    choice = ChoiceForm(given, project=project)
    form = ItemForm(given, initial=initial_of(found))
    if form.is_valid() and choice.is_valid() and (answer := saved(request, choice, form, found)):
        return answer
    context = {
        "project": project,
        "picked": found,
        "choice": choice,
        "form": form,
        "there": picking.made_of(project.id, trace_id, span_id),
    }
    is_wrong = bool(form.errors or choice.errors)
    return render(request, "datasets/item_from.html", context, status=422 if is_wrong else 200)


def initial_of(found: Picked) -> dict[str, Any]:
    return {
        "input": typed(found.input),
        "expected_output": typed(found.output),
        "metadata": typed(found.metadata),
    }


def saved(
    request: HttpRequest, choice: ChoiceForm, form: ItemForm, found: Picked
) -> HttpResponse | None:
    """None where it is refused, which the form then tells."""
    try:
        dataset = choice.made(by(request))
    except keeping.InvalidDataset as error:
        choice.add_error("new_dataset", ValidationError(str(error)))
        return None
    wanted = NewItem(
        id=items.id_from(dataset, found.trace_id, found.span_id),
        source_trace_id=found.trace_id,
        source_observation_id=found.span_id,
        **form.given,
    )
    [outcome] = items.add(dataset, [wanted], by(request))
    if isinstance(outcome, Refused):
        form.add_error(None, ValidationError(outcome.reason))
        return None
    messages.success(request, said(dataset))
    return to(dataset, "item-page", item=outcome.item_id)


def said(dataset: Dataset) -> str:
    return _("The item is in the dataset “%(name)s”.") % {"name": dataset.name}
