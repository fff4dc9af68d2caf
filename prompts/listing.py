"""The prompts of a project as a list: by folder, or those that a search finds."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Func, Max, QuerySet, Value
from django.db.models.functions import Substr

from prompts.models import Label, Prompt
from prompts.names import LATEST

PAGE = 50
MOST_FOLDERS = 500
MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """`folder` holds no slash at its end. A search looks into all folders below."""

    folder: str = ""
    text: str = ""
    tag: str = ""
    label: str = ""

    @property
    def is_search(self) -> bool:
        return bool(self.text or self.tag or self.label)

    @property
    def prefix(self) -> str:
        return f"{self.folder}/" if self.folder else ""


@dataclass(frozen=True, slots=True)
class Folder:
    name: str
    path: str
    prompts: int
    changed: object


@dataclass(frozen=True, slots=True)
class Line:
    """A prompt, and where its labels point: name and number, `latest` last."""

    prompt: Prompt
    shown_name: str
    labels: list[tuple[str, int]]
    versions: int
    latest: int


@dataclass(frozen=True, slots=True)
class Found:
    folders: list[Folder]
    lines: list[Line]
    total: int
    page: int
    pages: int


def found(project_id: str, wanted: Wanted, page: int) -> Found:
    """One page of what is wanted; the folders stand on the first."""
    matching = _matching(project_id, wanted)
    here = matching if wanted.is_search else matching.exclude(rest__contains="/")
    total = here.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    shown = here.annotate(count=Count("versions"), latest=Max("versions__number")).order_by("name")
    prompts = list(shown[(page - 1) * PAGE : page * PAGE])
    labels = _labels(prompts)
    lines = [
        Line(
            prompt,
            prompt.name[len(wanted.prefix) :],
            [*labels[prompt.pk], (LATEST, prompt.latest or 0)],
            prompt.count,
            prompt.latest or 0,
        )
        for prompt in prompts
    ]
    folders = [] if wanted.is_search or page > 1 else _folders(matching, wanted)
    return Found(folders, lines, total, page, pages)


def _matching(project_id: str, wanted: Wanted) -> QuerySet[Prompt]:
    prompts = Prompt.objects.filter(project=project_id, name__startswith=wanted.prefix)
    if wanted.text:
        prompts = prompts.filter(name__icontains=wanted.text)
    if wanted.tag:
        prompts = prompts.filter(tags__contains=[wanted.tag])
    if wanted.label:
        prompts = prompts.filter(pk__in=Label.objects.filter(name=wanted.label).values("prompt"))
    return prompts.annotate(rest=Substr("name", len(wanted.prefix) + 1))


def _folders(prompts: QuerySet[Prompt], wanted: Wanted) -> list[Folder]:
    first = Func(F("rest"), Value("/"), Value(1), function="split_part", output_field=CharField())
    rows = (
        prompts.filter(rest__contains="/")
        .order_by()
        .annotate(part=first)
        .values("part")
        .annotate(count=Count("pk"), changed=Max("updated_at"))
        .order_by("part")[:MOST_FOLDERS]
    )
    return [
        Folder(row["part"], wanted.prefix + row["part"], row["count"], row["changed"])
        for row in rows
    ]


def _labels(prompts: list[Prompt]) -> dict[str, list[tuple[str, int]]]:
    pointing: dict[str, list[tuple[str, int]]] = defaultdict(list)
    labels = Label.objects.filter(prompt__in=prompts).order_by("name")
    for prompt, name, number in labels.values_list("prompt_id", "name", "version__number"):
        pointing[prompt].append((name, number))
    return pointing


def tags_of(project_id: str) -> list[str]:
    """Those in use, to choose from."""
    tags = Prompt.objects.filter(project=project_id).annotate(
        one=Func(F("tags"), function="unnest")
    )
    return list(tags.order_by("one").values_list("one", flat=True).distinct()[:MOST_CHOICES])


def labels_of(project_id: str) -> list[str]:
    labels = Label.objects.filter(prompt__project=project_id).order_by("name")
    return list(labels.values_list("name", flat=True).distinct()[:MOST_CHOICES])
