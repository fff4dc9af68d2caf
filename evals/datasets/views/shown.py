"""One dataset: its items as they are, or as they were at a moment."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets import schemas, table
from evals.datasets.models import Dataset, ItemVersion, Status
from evals.datasets.names import MAX_ID, MAX_SPLIT
from evals.datasets.table import Wanted
from evals.datasets.views.asked import dataset_of, moment_in, page_number, text_in, written


@require_safe
def dataset_page(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`?q=`, `?split=`, `?status=`, `?at=` a moment, `?page=`; `?deleted=` offers undoing."""
    project = project_for(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    wanted = asked(request)
    all_items, archived = table.counts(dataset, wanted.moment)
    context = {
        "project": project,
        "dataset": dataset,
        "wanted": wanted,
        "found": table.found(dataset, wanted, page_number(request)),
        "all_items": all_items,
        "archived": archived,
        "moments": [(one, written(one.at)) for one in table.moments(dataset)],
        "at": written(wanted.moment) if wanted.moment else "",
        "splits": table.splits_of(dataset),
        "statuses": Status.choices,
        "kept": kept(wanted),
        "unchecked": sorted(
            {
                *schemas.unchecked_in(dataset.input_schema),
                *schemas.unchecked_in(dataset.expected_output_schema),
            }
        ),
        "deleted": deleted(request, dataset),
    }
    return render(request, "datasets/dataset.html", context)


def asked(request: HttpRequest) -> Wanted:
    status = text_in(request, "status")
    return Wanted(
        text=text_in(request, "q"),
        split=text_in(request, "split", MAX_SPLIT),
        status=status if status in Status.values else "",
        moment=moment_in(request, "at"),
    )


def kept(wanted: Wanted) -> str:
    """The query of the page, without its number."""
    said = {
        "q": wanted.text,
        "split": wanted.split,
        "status": wanted.status,
        "at": written(wanted.moment) if wanted.moment else "",
    }
    return urlencode({key: value for key, value in said.items() if value})


def deleted(request: HttpRequest, dataset: Dataset) -> ItemVersion | None:
    """Deleted still, so that it can be undone."""
    item_id = text_in(request, "deleted", MAX_ID)
    return (
        item_id and dataset.versions.filter(item_id=item_id, valid_to=None, is_deleted=True).first()
    ) or None
