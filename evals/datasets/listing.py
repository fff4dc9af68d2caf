"""The datasets of a project as a list: by folder, or those that a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Substr

from evals.datasets.models import Dataset, ItemVersion, Status

PAGE = 50
MOST_FOLDERS = 500


@dataclass(frozen=True, slots=True)
class Folder:
    name: str
    path: str
    datasets: int


@dataclass(frozen=True, slots=True)
class Line:
    dataset: Dataset
    shown_name: str
    items: int
    archived: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class Found:
    folders: list[Folder]
    lines: list[Line]
    total: int
    page: int
    pages: int


def found(project_id: str, folder: str, text: str, page: int) -> Found:
    """One page; the folders stand on the first. A search looks into all folders below."""
    prefix = f"{folder}/" if folder else ""
    matching = Dataset.objects.filter(project=project_id, name__startswith=prefix)
    if text:
        matching = matching.filter(Q(name__icontains=text) | Q(description__icontains=text))
    matching = matching.annotate(rest=Substr("name", len(prefix) + 1))
    here = matching if text else matching.exclude(rest__contains="/")
    total = here.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    shown = list(here.order_by("name")[(page - 1) * PAGE : page * PAGE])
    folders = [] if text or page > 1 else _folders(matching, prefix)
    return Found(folders, lines(shown, prefix), total, page, pages)


def lines(datasets: Sequence[Dataset], prefix: str = "") -> list[Line]:
    """One query more, however many they are."""
    counts = counted([one.pk for one in datasets])
    return [
        Line(
            one,
            one.name[len(prefix) :],
            *counts.get(one.pk, (0, 0)),
            max(one.updated_at, one.items_changed_at or one.updated_at),
        )
        for one in datasets
    ]


def counted(dataset_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many items each has now, and how many of them are archived."""
    rows = (
        ItemVersion.objects.filter(dataset__in=dataset_ids, valid_to=None, is_deleted=False)
        .order_by()
        .values("dataset")
        .annotate(items=Count("pk"), archived=Count("pk", filter=Q(status=Status.ARCHIVED)))
    )
    return {row["dataset"]: (row["items"], row["archived"]) for row in rows}


def _folders(datasets: QuerySet[Dataset], prefix: str) -> list[Folder]:
    first = Func(F("rest"), Value("/"), Value(1), function="split_part", output_field=CharField())
    rows = (
        datasets.filter(rest__contains="/")
        .order_by()
        .annotate(part=first)
        .values("part")
        .annotate(count=Count("pk"))
        .order_by("part")[:MOST_FOLDERS]
    )
    return [Folder(row["part"], prefix + row["part"], row["count"]) for row in rows]
