"""The record of what was deleted: who did it, when, and which versions. Their texts are gone."""

from collections.abc import Sequence

from accounts.models import Project
from prompts.changes import By
from prompts.models import Deletion, Label, LabelMove, Prompt, PromptVersion

MOST_MOVES = 50
PAGE = 50


def note(
    prompt: Prompt,
    versions: Sequence[PromptVersion],
    lost: Sequence[Label],
    by: By,
    *,
    is_whole: bool,
) -> None:
    """Inside the change that deletes the versions; `lost` are the labels that go with them."""
    Deletion.objects.create(
        project=prompt.project,
        name=prompt.name,
        numbers=sorted(version.number for version in versions),
        labels=sorted(label.name for label in lost),
        is_whole=is_whole,
        way=by.way,
        user=by.user,
        public_key=by.public_key,
    )


def page_of(project: Project, page: int) -> tuple[list[Deletion], bool]:
    """The newest first, and whether there are older ones."""
    found = Deletion.objects.filter(project=project).select_related("user")
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def of_prompt(project: Project, name: str) -> Deletion | None:
    """That which ended the prompt of this name last."""
    found = Deletion.objects.filter(project=project, name=name, is_whole=True)
    return found.select_related("user").first()


def of_version(prompt: Prompt, number: int) -> Deletion | None:
    """That in which the version went."""
    found = Deletion.objects.filter(project=prompt.project_id, name=prompt.name)
    return found.filter(numbers__contains=number).select_related("user").first()


def moves_of(project: Project, name: str) -> list[LabelMove]:
    """The latest moves of a deleted prompt's labels."""
    kept = LabelMove.objects.filter(kept_under__project=project, kept_under__name=name)
    return list(kept.select_related("user")[:MOST_MOVES])


def ranges(numbers: Sequence[int]) -> str:
    """`1–3, 7` of sorted numbers."""
    told: list[list[int]] = []
    for number in numbers:
        if told and told[-1][1] == number - 1:
            told[-1][1] = number
        else:
            told.append([number, number])
    return ", ".join(f"{low}" if low == high else f"{low}–{high}" for low, high in told)
