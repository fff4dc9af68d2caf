"""The items of a dataset as a table: searched, narrowed, paged, as they are or as they were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Func, Q, QuerySet, TextField
from django.db.models.functions import Cast, Left

from evals.datasets.items import items_at
from evals.datasets.models import Dataset, ItemVersion, Status
from traces.render.preview import preview

PAGE = 50
BEGINNING = 600  # characters of a value that a table reads
HEAVY = ("input", "expected_output", "metadata")
MOST_MOMENTS = 100
MOST_SPLITS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str = ""
    split: str = ""
    status: str = ""
    moment: datetime | None = None

    @property
    def is_search(self) -> bool:
        return bool(self.text or self.split or self.status)


@dataclass(frozen=True, slots=True)
class Line:
    item: ItemVersion
    input: str
    expected: str


@dataclass(frozen=True, slots=True)
class Found:
    lines: list[Line]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When items changed, and how many did."""

    at: datetime
    count: int


def found(dataset: Dataset, wanted: Wanted, page: int) -> Found:
    rows = matching(dataset, wanted)
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    shown = light(rows)[(page - 1) * PAGE : page * PAGE]
    return Found([line(one) for one in shown], total, page, pages)


def matching(dataset: Dataset, wanted: Wanted) -> QuerySet[ItemVersion]:
    rows = items_at(dataset, wanted.moment)
    if wanted.split:
        rows = rows.filter(splits__contains=[wanted.split])
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.text.startswith("#") and wanted.text[1:].isdecimal() and len(wanted.text) < 16:
        return rows.filter(number=int(wanted.text[1:]))
    if wanted.text:
        texts = {f"{name}_text": Cast(F(name), TextField()) for name in HEAVY}
        hits = Q(item_id=wanted.text) | Q(source_trace_id=wanted.text)
        for name in texts:
            hits |= Q(**{f"{name}__icontains": wanted.text})
        rows = rows.alias(**texts).filter(hits)
    return rows


def light(rows: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    """Without their values, but for the beginnings of two."""
    beginnings = {
        f"{name}_begins": Left(Cast(F(name), TextField()), BEGINNING) for name in HEAVY[:2]
    }
    return rows.defer(*HEAVY).annotate(**beginnings)


def line(item: ItemVersion) -> Line:
    asked = getattr(item, "input_begins", "") or ""
    expected = getattr(item, "expected_output_begins", "") or ""
    return Line(item, shown(asked, "user"), shown(expected, "assistant"))


def shown(text: str, role: str) -> str:
    """The beginning of a value's JSON, in one line."""
    if text.startswith('"'):
        return text.strip('"').replace("\\n", " ").replace('\\"', '"')
    return "" if text == "null" else preview(text, role)


def moments(dataset: Dataset) -> list[Moment]:
    """The newest changes, for a choice of versions."""
    rows = (
        dataset.versions.order_by()
        .values("valid_from")
        .annotate(count=Count("pk"))
        .order_by("-valid_from")[:MOST_MOMENTS]
    )
    return [Moment(row["valid_from"], row["count"]) for row in rows]


def splits_of(dataset: Dataset) -> list[str]:
    """Those in use now, to choose from."""
    one = Func(F("splits"), function="unnest", output_field=TextField())
    rows = items_at(dataset).order_by().annotate(split=one).order_by("split")
    return list(rows.values_list("split", flat=True).distinct()[:MOST_SPLITS])


def counts(dataset: Dataset, moment: datetime | None) -> tuple[int, int]:
    """How many items, and how many of them archived."""
    archived = Count("pk", filter=Q(status=Status.ARCHIVED))
    told = items_at(dataset, moment).order_by().aggregate(all=Count("pk"), archived=archived)
    return told["all"], told["archived"]


def all_of(dataset: Dataset, moment: datetime | None) -> Iterator[ItemVersion]:
    """Every item with its values, the oldest first, a few at a time."""
    return items_at(dataset, moment).order_by("number").iterator(chunk_size=20)
