"""Boards kept: who sees which, and their changes. Whoever calls has asked whether the person may
edit in the project.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from dashboards.custom.models import CustomBoard
from dashboards.custom.widget import Widget
from dashboards.custom.written import MAX_NAME, MOST_WIDGETS, Draft, as_dict, from_dict

MOST_BOARDS = 200  # of a project
KEPT = timedelta(days=30)  # that a deleted board can be restored
log = structlog.get_logger(__name__)
Kept = list[dict[str, Any]]


class TooMany(ValueError):
    """The message, for people, says of what there are too many."""


class Gone(ValueError):
    """The board has no such widget any more."""


def visible(project: Project, user: User | None) -> QuerySet[CustomBoard]:
    """Deleted ones too."""
    sees = Q(is_shared=True) | Q(owner=user) if user else Q(is_shared=True)
    return CustomBoard.objects.filter(sees, project=project).select_related("owner")


def live(project: Project, user: User | None) -> QuerySet[CustomBoard]:
    return visible(project, user).filter(deleted_at=None)


def deleted(project: Project, user: User) -> QuerySet[CustomBoard]:
    """Those that can be restored, the last first."""
    since = timezone.now() - KEPT
    return visible(project, user).filter(deleted_at__gt=since).order_by("-deleted_at")


def widgets_of(board: CustomBoard) -> list[Widget]:
    return [_widget(one) for one in board.widgets]


def _widget(kept: dict[str, Any]) -> Widget:
    fields = {name: value for name, value in kept.items() if name != "key"}
    return replace(from_dict(fields, "board"), key=kept["key"])


def _kept(widget: Widget) -> dict[str, Any]:
    return {"key": widget.key or secrets.token_hex(6), **as_dict(widget)}


def create(project: Project, user: User, draft: Draft, *, is_shared: bool = False) -> CustomBoard:
    """Raises TooMany. What was deleted long ago makes room."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        own = CustomBoard.objects.filter(project=project)
        own.filter(deleted_at__lt=timezone.now() - KEPT).delete()
        if own.filter(deleted_at=None).count() >= MOST_BOARDS:
            words = _("A project has at most %(most)s boards of its own: delete one first.")
            raise TooMany(words % {"most": MOST_BOARDS})
        board = CustomBoard.objects.create(
            project=project,
            owner=user,
            name=draft.name,
            description=draft.description,
            is_shared=is_shared,
            widgets=[_kept(replace(one, key="")) for one in draft.widgets],
        )
    log.info("custom board created", board=board.pk, project=project.id, user=user.pk)
    return board


def draft_of(board: CustomBoard) -> Draft:
    return Draft(board.name, board.description, tuple(widgets_of(board)))


def copy(board: CustomBoard, user: User) -> CustomBoard:
    """The person's own, private. Raises TooMany."""
    name = (_("Copy of %(name)s") % {"name": board.name})[:MAX_NAME]
    return create(board.project, user, replace(draft_of(board), name=name))


def save(board: CustomBoard, widget: Widget) -> Widget:
    """In place of the one of its key, or as a new last one. Raises TooMany and Gone."""

    def saved(kept: Kept) -> Kept:
        if not widget.key:
            return [*kept, made]
        at = _place(kept, widget.key)
        return [*kept[:at], made, *kept[at + 1 :]]

    made = _kept(widget)
    _change(board, saved)
    return _widget(made)


def move(board: CustomBoard, key: str, by: int) -> None:
    """Up (-1) or down (1); at an end it stays. Raises Gone, as the following."""

    def moved(kept: Kept) -> Kept:
        at = _place(kept, key)
        to = min(max(0, at + by), len(kept) - 1)
        rest = [*kept[:at], *kept[at + 1 :]]
        return [*rest[:to], kept[at], *rest[to:]]

    _change(board, moved)


def widen(board: CustomBoard, key: str, width: int) -> None:
    def widened(kept: Kept) -> Kept:
        at = _place(kept, key)
        return [*kept[:at], {**kept[at], "width": width}, *kept[at + 1 :]]

    _change(board, widened)


def duplicate(board: CustomBoard, key: str) -> None:
    """Right behind it. Raises TooMany too."""

    def doubled(kept: Kept) -> Kept:
        at = _place(kept, key)
        twin = {**kept[at], "key": secrets.token_hex(6)}
        return [*kept[: at + 1], twin, *kept[at + 1 :]]

    _change(board, doubled)


def remove(board: CustomBoard, key: str) -> None:
    def removed(kept: Kept) -> Kept:
        at = _place(kept, key)
        return [*kept[:at], *kept[at + 1 :]]

    _change(board, removed)


def undo(board: CustomBoard) -> None:
    """The last change of widgets; done twice, it is done again."""
    _change(board, lambda kept: kept if board.before is None else board.before)


def _change(board: CustomBoard, change: Callable[[Kept], Kept]) -> None:
    with transaction.atomic():
        board.refresh_from_db(from_queryset=CustomBoard.objects.select_for_update())
        widgets = change(board.widgets)
        if len(widgets) > MOST_WIDGETS:
            words = _("A board has at most %(most)s widgets: remove one first.")
            raise TooMany(words % {"most": MOST_WIDGETS})
        if widgets != board.widgets:
            board.before, board.widgets = board.widgets, widgets
            board.changed_at = timezone.now()
            board.save(update_fields=("widgets", "before", "changed_at"))


def _place(kept: Sequence[dict[str, Any]], key: str) -> int:
    for at, one in enumerate(kept):
        if one["key"] == key:
            return at
    raise Gone(key)


def delete(board: CustomBoard, user: User) -> None:
    """It can be restored for KEPT."""
    board.deleted_at = timezone.now()
    board.save(update_fields=("deleted_at",))
    log.info("custom board deleted", board=board.pk, project=board.project_id, user=user.pk)


def restore(board: CustomBoard, user: User) -> None:
    """Raises TooMany."""
    if live_count(board.project) >= MOST_BOARDS:
        words = _("A project has at most %(most)s boards of its own: delete one first.")
        raise TooMany(words % {"most": MOST_BOARDS})
    board.deleted_at = None
    board.save(update_fields=("deleted_at",))
    log.info("custom board restored", board=board.pk, project=board.project_id, user=user.pk)


def live_count(project: Project) -> int:
    return CustomBoard.objects.filter(project=project, deleted_at=None).count()
