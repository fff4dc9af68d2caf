"""Custom boards among the ready-made."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from dashboards.boards.registry import Board, Shelf
from dashboards.custom.drawn import PREFIX, board_from
from dashboards.custom.keeping import live


def links(project: Project) -> list[Shelf]:
    shown = [Shelf(_("Own boards"), reverse("custom-boards", args=[project.id]))]
    if project.may.get("edit"):
        url = reverse("custom-new", args=[project.id])
        shown.append(Shelf(_("New board"), url, icon="plus"))
    return shown


def found(project: Project, user: User | None, key: str) -> Board | None:
    """For share links: of a key with our prefix, what the user may see."""
    if not key.startswith(PREFIX):
        return None
    board = live(project, user).filter(pk=key.removeprefix(PREFIX)).first()
    return board_from(board) if board else None
