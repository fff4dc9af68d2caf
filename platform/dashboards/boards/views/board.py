"""The ready-made boards."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from dashboards.boards.registry import board_named
from dashboards.boards.views.frame import answer
from dashboards.boards.views.share import links_of

FIRST = "overview"


@require_safe
@vary_on_headers("HX-Request")
def dashboard(request: HttpRequest, project_id: str, board: str = FIRST) -> HttpResponse:
    project = project_for(request.user, project_id)
    found = board_named(board)
    if found is None:
        raise Http404("There is no such board.")
    return answer(request, project, found, more=links_of(project, found.key))
