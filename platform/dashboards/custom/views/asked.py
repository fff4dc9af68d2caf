"""Which board a page is about, and who may see or change it."""

from django.http import Http404, HttpRequest

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from dashboards.custom.keeping import live
from dashboards.custom.models import CustomBoard

MAX_ID = 64


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def board_in(project: Project, request: HttpRequest, board_id: str, *, known=live) -> CustomBoard:
    """404 for another's that is private, as for one that there is not."""
    is_id = len(board_id) <= MAX_ID and "\0" not in board_id
    board = known(project, request.user).filter(pk=board_id).first() if is_id else None
    if board is None:
        raise Http404("There is no such board, or it is private.")
    board.project = project
    return board
