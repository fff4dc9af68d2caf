"""Moving labels: the release of a version. Whoever calls has asked who may see the prompt."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from prompts import announcing
from prompts.changes import By, change
from prompts.composition import resolved
from prompts.gates.closing import let_through, refusals_kept
from prompts.including import refuse_where_broken, refuse_where_included
from prompts.models import Label, LabelMove, Prompt, PromptVersion, ProtectedLabel
from prompts.names import label_name, label_names
from prompts.splits.overtaking import overtake

UNASKED = -1


class Protected(PermissionError):
    """The label is for other roles to move; the message says which."""


class Moved(ValueError):
    """Somebody else moved the label since it was looked at, or deleted the version that it was to
    point at; the message says so.
    """


def move(
    prompt: Prompt,
    label: str,
    to: PromptVersion | None,
    by: By,
    *,
    note: str = "",
    override: str = "",
    seen: int | None = UNASKED,
) -> None:
    """Point the label at a version of the prompt, or take it away (None).

    `seen` is the number at which whoever moves it saw it (None: nowhere): if it is elsewhere by
    now, nothing is moved. Where the label has a gate, its checks run now; `override` is a reason to
    move the label though they fail. Raises InvalidName, Moved, Protected, GateClosed,
    InvalidComposition, StillIncluded.
    """
    name = label_name(label)
    with refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        refuse_where_gone(prompt, to)
        before = number_of(prompt, name)
        if seen not in (UNASKED, before):
            words = _("“%(label)s” was moved meanwhile: it points at %(there)s now. Look again.")
            there = _("version %(number)s") % {"number": before} if before else _("no version")
            raise Moved(words % {"label": name, "there": there})
        point(prompt, name, to, by, note=note, override=override)


def move_all(prompt: Prompt, names: Sequence[str], to: PromptVersion, by: By) -> None:
    """Point all of these labels at the version, or none of them. `latest` is refused, as in
    `move`. Raises InvalidName, Moved, Protected, GateClosed, InvalidComposition.
    """
    checked = label_names(names)
    with refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        refuse_where_gone(prompt, to)
        for name in checked:
            point(prompt, name, to, by)


def refuse_where_gone(prompt: Prompt, to: PromptVersion | None) -> None:
    """It was looked up before the lock was held, and may be deleted by now."""
    if to is not None and not prompt.versions.filter(pk=to.pk).exists():
        words = _("Version %(number)s was deleted meanwhile. Look again.")
        raise Moved(words % {"number": to.number})


def number_of(prompt: Prompt, label: str) -> int | None:
    """The number of the version that the label points at."""
    found = Label.objects.filter(prompt=prompt, name=label).values_list(
        "version__number", flat=True
    )
    return found.first()


def point(
    prompt: Prompt,
    name: str,
    to: PromptVersion | None,
    by: By,
    *,
    note: str = "",
    override: str = "",
) -> None:
    """As `move`, inside a change that has begun. Nothing happens where it points there already."""
    before = number_of(prompt, name)
    after = to.number if to else None
    if before == after:
        return
    refuse_unless_allowed(prompt, name, by)
    if to is None:
        refuse_where_included(prompt, Q(label=name))
        Label.objects.filter(prompt=prompt, name=name).delete()
    else:
        override = let_through(prompt, name, to, by, override)
        Label.objects.update_or_create(
            prompt=prompt, name=name, defaults={"version": to, "moved_at": timezone.now()}
        )
        resolved(prompt.project_id, to)  # with the label where it is now, nothing goes round
        refuse_where_broken(prompt, name)
    reason = override if to else ""
    moved = _noted(prompt, name, before, after, by, note=note, override=reason)
    announcing.label_moved(moved, by)
    overtake(prompt, name, by)
    Prompt.objects.filter(pk=prompt.pk).update(updated_at=timezone.now())


def _noted(
    prompt: Prompt, name: str, before: int | None, after: int | None, by: By, **why: str
) -> LabelMove:
    return LabelMove.objects.create(
        prompt=prompt,
        label=name,
        before=before,
        after=after,
        way=by.way,
        user=by.user,
        public_key=by.public_key,
        **why,
    )


def note_lost(prompt: Prompt, pointing: Iterable[Label], by: By, *, has_page: bool = True) -> None:
    """That these labels go with their versions, inside the change that deletes those. `has_page` is
    whether the prompt stays.
    """
    for label in pointing:
        moved = _noted(prompt, label.name, label.version.number, None, by)
        announcing.label_moved(moved, by, has_page=has_page)


def refuse_unless_allowed(prompt: Prompt, name: str, by: By) -> None:
    protection = ProtectedLabel.objects.filter(project=prompt.project_id, name=name).first()
    if protection is None:
        return
    least = Role(protection.least_role)
    if by.role is None or not by.role.includes(least):
        words = _("The label “%(label)s” is protected: only the role “%(role)s” moves it.")
        raise Protected(words % {"label": name, "role": least.label})
