"""The layout of a board, its name and who sees it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.custom import keeping
from dashboards.custom.forms import BoardForm
from dashboards.custom.models import CustomBoard
from dashboards.custom.naming import about
from dashboards.custom.views.asked import board_in, editable
from dashboards.custom.widget import WIDTHS
from dashboards.custom.written import MOST_WIDGETS


@require_http_methods(["GET", "HEAD", "POST"])
def custom_edit(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = editable(request, project_id)
    board = board_in(project, request, board_id)
    form = BoardForm(request.POST or None, instance=board)
    is_others = board.owner_id != request.user.pk
    if is_others:  # who would make it private would lose it
        del form.fields["is_shared"]
    if request.method == "POST" and form.is_valid():
        board.save(update_fields=tuple(form.fields))
        messages.success(request, _("Saved."))
        return redirect("custom-edit", project.id, board.pk)
    board.refresh_from_db(fields=("name",))
    widgets = keeping.widgets_of(board)
    context = {
        "project": project,
        "custom": board,
        "form": form,
        "widgets": [(one, about(one)) for one in widgets],
        "widths": WIDTHS,
        "is_full": len(widgets) >= MOST_WIDGETS,
        "most": MOST_WIDGETS,
    }
    return render(request, "dashboards/custom/edit.html", context)


CHANGES: dict[str, Callable[[CustomBoard, str], None]] = {
    "up": lambda board, key: keeping.move(board, key, -1),
    "down": lambda board, key: keeping.move(board, key, 1),
    "duplicate": keeping.duplicate,
    "remove": keeping.remove,
    "undo": lambda board, key: keeping.undo(board),
}
WIDER = {f"width-{width}": width for width in WIDTHS}


@require_POST
def custom_arrange(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    """`do` is one of CHANGES or WIDER, `widget` the key of that which is changed."""
    project = editable(request, project_id)
    board = board_in(project, request, board_id)
    key = request.POST.get("widget", "")
    do = request.POST.get("do", "")
    place = reverse("custom-edit", args=[project.id, board.pk])
    try:
        if do in CHANGES:
            CHANGES[do](board, key)
        elif do in WIDER:
            keeping.widen(board, key, WIDER[do])
    except keeping.TooMany as error:
        messages.error(request, str(error))
    except keeping.Gone:
        messages.error(request, _("Somebody has taken this widget off the board meanwhile."))
        key = ""
    kept = {one.key for one in keeping.widgets_of(board)}
    return redirect(f"{place}#widget-{key}" if key in kept else f"{place}#widgets")
