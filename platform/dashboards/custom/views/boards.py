"""The boards that people made: listed, made, copied, deleted and restored."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from dashboards.boards.registry import boards, shelves
from dashboards.custom import keeping
from dashboards.custom.forms import BoardForm
from dashboards.custom.models import CustomBoard
from dashboards.custom.views.asked import board_in, editable
from dashboards.custom.written import Draft


@require_safe
def custom_boards(request: HttpRequest, project_id: str) -> HttpResponse:
    """All of them: a project has at most keeping.MOST_BOARDS."""
    project = project_for(request.user, project_id)
    may_edit = project.may["edit"]
    context = {
        "project": project,
        "boards": boards(),
        "shelves": shelves(project),
        "customs": keeping.live(project, request.user),
        "deleted": keeping.deleted(project, request.user)[:20] if may_edit else [],
        "just_deleted": request.GET.get("deleted", ""),
    }
    return render(request, "dashboards/custom/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def custom_new(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request, project_id)
    form = BoardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        draft = Draft(said["name"], said["description"], ())
        try:
            board = keeping.create(project, request.user, draft, is_shared=said["is_shared"])
            return redirect("custom-widget-new", project.id, board.pk)
        except keeping.TooMany as error:
            form.add_error(None, str(error))
    context = {"project": project, "form": form}
    return render(request, "dashboards/custom/new.html", context)


@require_POST
def custom_copy(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = editable(request, project_id)
    board = board_in(project, request, board_id)
    try:
        made = keeping.copy(board, request.user)
    except keeping.TooMany as error:
        messages.error(request, str(error))
        return redirect("custom-boards", project.id)
    messages.success(request, _("This copy is yours, and private."))
    return redirect("custom-edit", project.id, made.pk)


@require_POST
def custom_delete(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = editable(request, project_id)
    board = board_in(project, request, board_id)
    keeping.delete(board, request.user)
    return redirect(f"{reverse('custom-boards', args=[project.id])}?deleted={board.pk}")


@require_POST
def custom_restore(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = editable(request, project_id)
    board = board_in(project, request, board_id, known=keeping.deleted)
    return _restored(request, project, board)


def _restored(request: HttpRequest, project: Project, board: CustomBoard) -> HttpResponse:
    try:
        keeping.restore(board, request.user)
    except keeping.TooMany as error:
        messages.error(request, str(error))
        return redirect("custom-boards", project.id)
    messages.success(request, _("“%(name)s” is back.") % {"name": board.name})
    return redirect("custom-board", project.id, board.pk)
