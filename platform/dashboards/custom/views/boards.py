"""The boards that people made: listed, made, copied, deleted and restored."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from dashboards.boards.registry import board_named, boards, shelves
from dashboards.custom import keeping
from dashboards.custom.forms import NewBoardForm
from dashboards.custom.likeness import Likeness
from dashboards.custom.models import CustomBoard
from dashboards.custom.views.asked import board_in, editable
from dashboards.custom.written import MAX_NAME, Draft


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
    form = NewBoardForm(request.POST or None, initial=_begun(request))
    if request.method == "POST" and form.is_valid():
        said, begun = form.cleaned_data, form.likeness()
        draft = Draft(said["name"], said["description"], begun.widgets)
        try:
            board = keeping.create(project, request.user, draft, is_shared=said["is_shared"])
            if not said["start"]:
                return redirect("custom-widget-new", project.id, board.pk)
            _tell(request, begun)
            return redirect("custom-edit", project.id, board.pk)
        except keeping.TooMany as error:
            form.add_error(None, str(error))
    context = {"project": project, "form": form}
    return render(request, "dashboards/custom/new.html", context)


def _begun(request: HttpRequest) -> dict[str, str]:
    """What the address of a ready-made board's copy says."""
    board = board_named(request.GET.get("start", ""))
    if board is None:
        return {}
    told = {name: request.GET.get(name, "").replace("\0", "") for name in ("by", "of")}
    name = (_("Copy of %(name)s") % {"name": board.title})[:MAX_NAME]
    return {"start": board.key, "name": name, **told}


def _tell(request: HttpRequest, begun: Likeness) -> None:
    """Which panels are on the copy as they were, which in part, and which not at all."""
    words = ngettext(
        "The board is yours: %(n)s panel is on it.",
        "The board is yours: %(n)s panels are on it.",
        len(begun.widgets),
    )
    messages.success(request, words % {"n": len(begun.widgets)})
    if begun.simpler:
        words = _("Simpler than on the ready-made board: %(titles)s.")
        messages.info(request, words % {"titles": ", ".join(begun.simpler)})
    if begun.left_out:
        words = _("Left out, since no widget can ask for it: %(titles)s.")
        messages.warning(request, words % {"titles": ", ".join(begun.left_out)})


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
