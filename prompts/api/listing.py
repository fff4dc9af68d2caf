"""A page of a project's prompts, as Langfuse lists them."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from prompts.models import Label, Prompt, PromptVersion
from prompts.names import LATEST
from traces.api.moments import NANOSECONDS
from traces.api.parameters import Page, time_in


def listed(project_id: str, query: QueryDict, page: Page) -> tuple[list[dict[str, Any]], int]:
    """The prompts, and how many there are on all pages. With `label`, only the version that it
    points at is told of each.
    """
    label = query.get("label", "")
    wanted = matching(project_id, query, label)
    rows = list(wanted.order_by("name")[page.offset : page.offset + page.limit])
    return shaped(rows, label), wanted.count()


def matching(project_id: str, query: QueryDict, label: str) -> QuerySet[Prompt]:
    found = Prompt.objects.filter(project=project_id)
    if name := query.get("name"):
        found = found.filter(name=name)
    if tag := query.get("tag"):
        found = found.filter(tags__contains=[tag])
    if label and label != LATEST:
        found = found.filter(labels__name=label)
    time = time_in(query, "fromUpdatedAt", "toUpdatedAt")
    return found.filter(updated_at__gte=_moment(time.since), updated_at__lt=_moment(time.until))


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / NANOSECONDS, UTC)


def shaped(prompts: list[Prompt], label: str) -> list[dict[str, Any]]:
    """Three queries, however many there are. One that goes meanwhile is left out."""
    numbers, labels = numbers_of(prompts), labels_of(prompts)
    told = {}  # the numbers that are shown of each
    for prompt in prompts:
        if have := sorted(numbers[prompt.pk]):
            labels[prompt.pk][LATEST] = have[-1]
            told[prompt.pk] = [labels[prompt.pk].get(label, 0)] if label else have
    last = {pk: numbers[pk].get(shown[-1]) for pk, shown in told.items()}
    configs = dict(PromptVersion.objects.filter(pk__in=last.values()).values_list("pk", "config"))
    return [
        {
            "name": prompt.name,
            "type": prompt.type,
            "versions": told[prompt.pk],
            "labels": sorted(
                name for name, number in labels[prompt.pk].items() if number in told[prompt.pk]
            ),
            "tags": prompt.tags,
            "lastUpdatedAt": prompt.updated_at.isoformat(),
            "lastConfig": configs[last[prompt.pk]],
        }
        for prompt in prompts
        if last.get(prompt.pk) in configs
    ]


def numbers_of(prompts: list[Prompt]) -> dict[str, dict[int, int]]:
    """Of each prompt, the ids of its versions by their numbers."""
    found: dict[str, dict[int, int]] = {prompt.pk: {} for prompt in prompts}
    rows = PromptVersion.objects.filter(prompt__in=found)
    for prompt_id, number, pk in rows.values_list("prompt_id", "number", "pk"):
        found[prompt_id][number] = pk
    return found


def labels_of(prompts: list[Prompt]) -> dict[str, dict[str, int]]:
    """Of each prompt, the numbers that its labels point at."""
    found: dict[str, dict[str, int]] = {prompt.pk: {} for prompt in prompts}
    rows = Label.objects.filter(prompt__in=found)
    for prompt_id, name, number in rows.values_list("prompt_id", "name", "version__number"):
        found[prompt_id][name] = number
    return found
