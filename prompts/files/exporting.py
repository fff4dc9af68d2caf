"""A project's prompts as files: of each the latest version, and those that labels point at."""

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from prompts.files.archive import MAX_BYTES, MAX_ZIP_BYTES, MOST_FILES, packed
from prompts.files.format import Document, written
from prompts.files.paths import own_paths, path_of
from prompts.models import Label, Prompt, PromptVersion
from prompts.weighing import weighed

# What weighs so much as JSON is not even loaded: a file of it is hardly less than half as long.
MOST_WEIGHT = 2 * MAX_BYTES


class TooMany(ValueError):
    """More than an import takes back; the message says what to do."""


def exported(project_id: str, *, folder: str = "") -> list[tuple[str, str]]:
    """Paths and texts, by name and number. Raises TooMany."""
    documents = documents_of(project_id, folder=folder)
    paths = own_paths([path_of(one.name, beside) for one, beside in documents])
    files, left = [], MAX_BYTES
    for path, (document, _beside) in zip(paths, documents, strict=True):
        text = written(document)
        left -= len(text.encode())
        if left < 0:
            raise too_large()
        files.append((path, text))
    return files


def zipped(files: list[tuple[str, str]]) -> bytes:
    """Raises TooMany."""
    made = packed(files)
    if len(made) > MAX_ZIP_BYTES:
        raise too_large()
    return made


def too_large() -> TooMany:
    words = _("The versions to export are larger than an import takes. Export a folder at a time.")
    return TooMany(words)


def documents_of(project_id: str, *, folder: str = "") -> list[tuple[Document, int | None]]:
    """Each with its number if it is not the latest of its prompt."""
    prompts = Prompt.objects.filter(project=project_id)
    if folder := folder.strip("/"):
        prompts = prompts.filter(name__startswith=f"{folder}/")
    rows = PromptVersion.objects.filter(prompt__in=prompts)
    latest = (
        rows.order_by("prompt_id", "-number").distinct("prompt_id").values_list("pk", flat=True)
    )
    newest = set(latest[: MOST_FILES + 1])
    labels: dict[int, list[str]] = {}
    pointing = Label.objects.filter(prompt__in=prompts).order_by("name")
    for version, name in pointing.values_list("version_id", "name"):
        labels.setdefault(version, []).append(name)
    if len(newest | labels.keys()) > MOST_FILES:
        words = _("There are more than %(most)s versions to export. Export a folder at a time.")
        raise TooMany(words % {"most": f"{MOST_FILES:,}"})
    wanted = rows.filter(Q(pk__in=newest) | Q(pk__in=labels)).select_related("prompt")
    if (weighed(wanted).aggregate(all=Sum("weight"))["all"] or 0) > MOST_WEIGHT:
        raise too_large()
    return [
        (_document(row, labels.get(row.pk, [])), None if row.pk in newest else row.number)
        for row in wanted.order_by("prompt__name", "number")
    ]


def _document(version: PromptVersion, labels: list[str]) -> Document:
    return Document(
        name=version.prompt.name,
        type=version.prompt.type,
        body=version.body,
        number=version.number,
        labels=labels,
        tags=version.prompt.tags,
        message=version.message,
        config=version.config,
    )
