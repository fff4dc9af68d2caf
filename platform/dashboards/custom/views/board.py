"""A custom board in the frame of all boards."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from dashboards.boards.views.frame import answer
from dashboards.boards.views.share import links_of
from dashboards.custom.drawn import board_from
from dashboards.custom.views.asked import board_in


@require_safe
@vary_on_headers("HX-Request")
def custom_board(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    custom = board_in(project, request, board_id)
    board = board_from(custom)
    more = {"custom": custom, **links_of(project, board.key)}
    return answer(request, project, board, page="dashboards/custom/board.html", more=more)
