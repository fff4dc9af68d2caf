"""What a page of datasets is about, and who asks: shared by all of them."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from evals.datasets.items import By
from evals.datasets.models import Dataset, ItemVersion
from traces.api.moments import NANOSECONDS, nanoseconds

page = require_http_methods(["GET", "HEAD", "POST"])
MAX_NUMBER = 9  # digits


def editable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["edit"]))


def dataset_of(project: Project, dataset_id: str) -> Dataset:
    """Or Http404."""
    found = None
    if "\0" not in dataset_id:
        found = Dataset.objects.filter(project=project, pk=dataset_id).first()
    if found is None:
        raise Http404("There is no such dataset.")
    found.project = project  # with the role of whoever asks
    return found


def present_version(request: HttpRequest, dataset: Dataset) -> ItemVersion:
    """Of the item that `?item=` or the form names, also where it is deleted; or Http404."""
    item_id = request.POST.get("item") or request.GET.get("item", "")
    found = None
    if item_id and "\0" not in item_id:
        versions = dataset.versions.select_related("author")
        found = versions.filter(item_id=item_id, valid_to=None).first()
    if found is None:
        raise Http404("There is no such item.")
    found.dataset = dataset
    return found


def version_of(dataset: Dataset, item: ItemVersion, given: str) -> ItemVersion | None:
    """An earlier or the present version of the item, None where none is asked for; or Http404."""
    if not given:
        return None
    found = None
    if given.isascii() and given.isdigit() and len(given) < 19:
        versions = dataset.versions.select_related("author")
        found = versions.filter(item_id=item.item_id, pk=int(given)).first()
    if found is None:
        raise Http404("There is no such version.")
    found.dataset = dataset
    return found


def by(request: HttpRequest) -> By:
    return By(user=request.user)


def text_in(request: HttpRequest, name: str, most: int = 200) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:most]


def page_number(request: HttpRequest) -> int:
    given = request.GET.get("page", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < MAX_NUMBER else 1


def moment_in(request: HttpRequest, name: str) -> datetime | None:
    """An ISO 8601 time, None where none is given or it is none."""
    found = nanoseconds(request.GET.get(name, "").replace(" ", "+").strip())
    try:
        return None if found is None else datetime.fromtimestamp(found / NANOSECONDS, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def written(moment: datetime) -> str:
    """As `moment_in` reads it back, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def address(dataset: Dataset, name: str = "dataset-page", **query: object) -> str:
    url = reverse(name, args=[dataset.project_id, dataset.pk])
    said = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{url}?{urlencode(said)}" if said else url


def to(dataset: Dataset, name: str = "dataset-page", **query: object) -> HttpResponse:
    return redirect(address(dataset, name, **query))
