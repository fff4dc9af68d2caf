"""One item: what it holds now or held, its versions, and two of them side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets import differing
from evals.datasets.models import Dataset, ItemVersion
from evals.datasets.table import HEAVY
from evals.datasets.typed import as_text
from evals.datasets.views.asked import dataset_of, present_version, version_of
from traces.render.content import contents

MOST_VERSIONS = 100


@require_safe
def item_page(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`?item=`, `?version=` one of its versions, `?with=` another to hold beside it."""
    project = project_for(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    present = present_version(request, dataset)
    shown = version_of(dataset, present, request.GET.get("version", "")) or present
    other = version_of(dataset, present, request.GET.get("with", ""))
    versions = list(
        dataset.versions.filter(item_id=present.item_id)
        .defer(*HEAVY)
        .select_related("author")
        .order_by("-valid_from")[:MOST_VERSIONS]
    )
    context = {
        "project": project,
        "dataset": dataset,
        "item": present,
        "shown": shown,
        "other": other,
        "versions": versions,
        "restorable": restorable(present, shown, versions),
        "before": neighbour(dataset, present, "number__gt", "number"),
        "after": neighbour(dataset, present, "number__lt", "-number"),
    }
    if other is not None:
        old, new = sorted((shown, other), key=lambda one: one.valid_from)
        context |= {"old": old, "new": new, "diffs": differing.compared(old, new)}
    else:
        context |= read(shown)
    return render(request, "datasets/item.html", context)


def read(item: ItemVersion) -> dict[str, Any]:
    """Its values, as a trace's pane shows them: messages, JSON or text."""
    asked, expected = contents("CHAIN", as_text(item.input), as_text(item.expected_output))
    metadata, _nothing = contents("SPAN", as_text(item.metadata), "")
    return {"input": asked, "expected": expected, "metadata": metadata}


def restorable(
    present: ItemVersion, shown: ItemVersion, versions: list[ItemVersion]
) -> ItemVersion | None:
    """The version that a button makes the present one again."""
    if shown.pk != present.pk:
        return None if shown.is_deleted else shown
    if not present.is_deleted:
        return None
    return next((one for one in versions if not one.is_deleted), None)


def neighbour(dataset: Dataset, item: ItemVersion, lookup: str, order: str) -> ItemVersion | None:
    there = dataset.versions.filter(valid_to=None, is_deleted=False, **{lookup: item.number})
    return there.defer(*HEAVY).order_by(order).first()
