"""Boards out of Sonde and into it, as JSON."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import project_for
from dashboards.custom import keeping
from dashboards.custom.forms import ImportForm
from dashboards.custom.views.asked import board_in, editable
from dashboards.custom.written import Unreadable, read, written


@require_safe
def custom_export(request: HttpRequest, project_id: str, board_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    board = board_in(project, request, board_id)
    text = written(keeping.draft_of(board))
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="board-{board.pk}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def custom_import(request: HttpRequest, project_id: str) -> HttpResponse:
    """Makes a private board."""
    project = editable(request, project_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        place = "file" if form.cleaned_data["file"] else "text"
        try:
            board = keeping.create(project, request.user, read(form.cleaned_data[place]))
            messages.success(request, _("This board is yours, and private."))
            return redirect("custom-board", project.id, board.pk)
        except Unreadable as error:
            form.add_error(place, str(error))
        except keeping.TooMany as error:
            form.add_error(None, str(error))
    context = {"project": project, "form": form}
    return render(request, "dashboards/custom/import.html", context)
