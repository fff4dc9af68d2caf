"""What a page of experiments is about, and who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from evals.datasets.models import Dataset
from evals.experiments.models import Baseline
from evals.experiments.reading import Experiment, experiment_of

MOST_DATASETS = 500  # that a menu offers
MAX_BYTES = 2_000  # of an id: an index of Postgres takes no more


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    pages: int
    things: list[Any]


def page_of(request: HttpRequest, things: Sequence[Any], size: int) -> Page:
    found = Paginator(things, size).get_page(request.GET.get("page", "1"))
    return Page(found.number, found.paginator.num_pages, list(found.object_list))


def editable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["edit"]))


def id_in(text: str) -> str:
    """Empty of what no experiment is called."""
    size = len(text.encode("utf-8", "replace"))
    return text if 0 < size <= MAX_BYTES and "\0" not in text else ""


def asked_experiment(project: Project, text: str) -> Experiment:
    """Or Http404."""
    found = experiment_of(project.id, id_in(text)) if id_in(text) else None
    if found is None:
        raise Http404("There is no such experiment.")
    return found


def dataset_of(project: Project, experiment: Experiment) -> Dataset | None:
    return Dataset.objects.filter(project=project, pk=experiment.dataset_id).first()


def datasets_of(project: Project) -> list[Dataset]:
    return list(Dataset.objects.filter(project=project).only("id", "name")[:MOST_DATASETS])


def baselines_of(project: Project) -> dict[str, str]:
    """The baseline's id by its dataset's."""
    found = Baseline.objects.filter(dataset__project=project)
    return dict(found.values_list("dataset", "public_id"))


def address(url_name: str, project: Project, *ids: str, **more: str) -> str:
    query = urlencode([*(("id", one) for one in ids), *more.items()])
    return f"{reverse(url_name, args=[project.id])}{'?' if query else ''}{query}"
