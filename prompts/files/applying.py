"""Files into prompts: all of them or none, and nothing where a version says the same already."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Project
from prompts import labels, versions
from prompts.body import Body, InvalidBody, chat_body, text_body
from prompts.changes import By, change
from prompts.composition import InvalidComposition
from prompts.files.format import Document
from prompts.files.planning import Problem, documents_in, in_order
from prompts.gates import GateClosed
from prompts.gates.closing import keep_refusal
from prompts.gates.results import Report
from prompts.gates.sparing import Budget, TooManyRuns, sparing
from prompts.including import StillIncluded
from prompts.kept import Unkept, config_kept
from prompts.models import Prompt, PromptVersion
from prompts.names import LATEST, InvalidName, label_names, prompt_name, tag_name

MOST_RUNS = 50  # of gates that look at calls, in one push
MOST_REFUSALS = 20  # by gates, before the rest is not tried


class Refused(ValueError):
    """Nothing was written; `problems` says why, file by file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(f"{one.path}: {one.detail}" for one in problems))
        self.problems = problems


class Newer(ValueError):
    """Somebody made versions since the file was pulled; the message says which."""


WRONG = (
    InvalidName,
    InvalidBody,
    versions.InvalidVersion,
    InvalidComposition,
    Unkept,
    StillIncluded,
    labels.Protected,
    GateClosed,
    Newer,
)


class Action(StrEnum):
    CREATED = "created"  # the prompt was not there
    CHANGED = "changed"  # a new version, a label that moved, or other tags
    UNCHANGED = "unchanged"
    BEHIND = "behind"  # the same as an older version: there are newer ones


@dataclass(frozen=True, slots=True)
class Moved:
    """`kept` where the label stays: it points at a newer version already."""

    label: str
    before: int | None
    after: int
    kept: bool = False
    checked_later: bool = False  # dry: its gate looks at calls only when it really moves


@dataclass(frozen=True, slots=True)
class Change:
    path: str
    name: str
    action: Action
    version: int
    is_new: bool = False
    labels: list[Moved] = field(default_factory=list)
    tags: list[str] | None = None  # where they changed


@dataclass(frozen=True, slots=True)
class How:
    """`is_forced`: also over newer versions, and labels backwards. `message` is for versions whose
    files have none.
    """

    is_forced: bool = False
    is_dry: bool = False
    message: str = ""
    override: str = ""


def apply(project: Project, files: Mapping[str, str], by: By, how: How) -> list[Change]:
    """What became of each file; dry, what would. Raises Refused."""
    documents, problems = documents_in(files)
    if problems:
        raise Refused(problems)
    closed: list[tuple[str, Report]] = []
    try:
        changes = _applied(project, documents, by, how, closed)
    except Refused:
        for name, report in () if how.is_dry else closed:
            keep_refusal(project, name, report, by)
        raise
    return sorted(changes, key=lambda one: one.path)


def _applied(
    project: Project,
    documents: Mapping[str, Document],
    by: By,
    how: How,
    closed: list[tuple[str, Report]],
) -> list[Change]:
    """Gates look at calls under the project's lock, so their number is bounded. `closed` gets the
    runs that closed a gate, with the prompt: kept though nothing else is.
    """
    changes, problems = [], []
    budget = Budget(MOST_RUNS, how.is_dry)
    with transaction.atomic():
        with change(project), sparing(budget):
            for path, document, is_main in in_order(documents):
                try:
                    with transaction.atomic():
                        changes.append(_apply(project, path, document, is_main, by, how))
                except WRONG as error:
                    problems.append(Problem(path, str(error)))
                    if isinstance(error, GateClosed):
                        closed.append((prompt_name(document.name), error.report))
                except TooManyRuns as error:
                    problems.append(Problem(path, str(error)))
                    break
                if len(closed) == MOST_REFUSALS:
                    told = f"{MOST_REFUSALS} gates are closed; files after this one were not tried."
                    problems.append(Problem(path, told))
                    break
        if problems:
            raise Refused(problems)
        if how.is_dry:
            transaction.set_rollback(True)
    return [_with_later(one, budget) for one in changes]


def _with_later(one: Change, budget: Budget) -> Change:
    """Told which labels' gates would look at calls."""
    moved = [replace(x, checked_later=(one.name, x.label) in budget.later) for x in one.labels]
    return replace(one, labels=moved)


def _apply(
    project: Project, path: str, document: Document, is_main: bool, by: By, how: How
) -> Change:
    name, body = prompt_name(document.name), _body(document)
    config_kept(document.config)
    names = label_names([label for label in document.labels if label != LATEST])
    tags = document.tags if is_main else None
    prompt = Prompt.objects.filter(project=project, name=name).select_related("project").first()
    latest = prompt.versions.aggregate(Max("number"))["number__max"] if prompt else 0
    same = _same(prompt, document, body) if prompt else None
    if prompt and same:
        moved = [_move(prompt, label, same, by, how) for label in names]
        moved = [one for one in moved if one.before != one.after]
        retagged = _retagged(prompt, tags, by)
        is_changed = retagged is not None or any(not one.kept for one in moved)
        action = Action.BEHIND if is_main and same.number < latest else Action.UNCHANGED
        return Change(
            path,
            name,
            Action.CHANGED if is_changed else action,
            same.number,
            labels=moved,
            tags=retagged,
        )
    if document.number and latest > document.number and not how.is_forced:
        words = _(
            "“%(name)s” has version %(latest)s by now, and this file was made from version "
            "%(number)s. Pull and put your change on top, or force it."
        )
        raise Newer(words % {"name": name, "latest": latest, "number": document.number})
    before = {label: labels.number_of(prompt, label) for label in names} if prompt else {}
    draft = versions.Draft(
        name, document.type, body, document.config, names, tags, document.message or how.message
    )
    made = versions.create(project, draft, by, override=how.override)
    return Change(
        path,
        name,
        Action.CHANGED if prompt else Action.CREATED,
        made.number,
        is_new=True,
        labels=[Moved(label, before.get(label), made.number) for label in names],
        tags=made.prompt.tags if prompt and made.prompt.tags != prompt.tags else None,
    )


def _body(document: Document) -> Body:
    return (chat_body if document.type == "chat" else text_body)(document.body)


def _same(prompt: Prompt, document: Document, body: Body) -> PromptVersion | None:
    """The version that says the same: the one that was pulled, else the newest."""
    if prompt.type != document.type:
        return None
    found = prompt.versions.filter(body=body, config=document.config).select_related("prompt")
    pulled = found.filter(number=document.number).first() if document.number else None
    return pulled or found.order_by("-number").first()


def _move(prompt: Prompt, label: str, to: PromptVersion, by: By, how: How) -> Moved:
    before = labels.number_of(prompt, label)
    if before is not None and before > to.number and not how.is_forced:
        return Moved(label, before, to.number, kept=True)
    labels.point(prompt, label, to, by, override=how.override)
    return Moved(label, before, to.number)


def _retagged(prompt: Prompt, tags: list[str] | None, by: By) -> list[str] | None:
    if tags is None or (kept := sorted({tag_name(tag) for tag in tags})) == prompt.tags:
        return None
    versions.set_tags(prompt, kept, by)
    return kept
