"""The page on which a widget is put together, with what it would draw."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.models import Project
from dashboards.boards.outcome import outcome_of
from dashboards.boards.state import state_of
from dashboards.boards.turns import PAGE_PATIENCE
from dashboards.custom import keeping
from dashboards.custom.drawn import panel_from
from dashboards.custom.forms import WidgetForm, widget_sent
from dashboards.custom.models import CustomBoard
from dashboards.custom.views.asked import board_in, editable
from dashboards.custom.widget import Measured, Widget, fitted, problems
from traces.views.timerange import RANGES

FIRST = Widget(title="", measures=(Measured("cost", "sum"),), by=("model",))


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def custom_widget(
    request: HttpRequest, project_id: str, board_id: str, key: str = ""
) -> HttpResponse:
    """All of the form is in the address (GET), each change of it draws anew; POST keeps it."""
    project = editable(request, project_id)
    board = board_in(project, request, board_id)
    kept = _kept(board, key)
    if request.method == "POST":
        return _saved(request, project, board, widget_sent(request.POST, kept))
    sent = fitted(widget_sent(request.GET, kept))
    wrong = [one for one in problems(sent) if one.field != "title" or sent.title]
    return _shown(request, project, board, sent, WidgetForm(sent).told(wrong))


def _kept(board: CustomBoard, key: str) -> Widget:
    found = [one for one in keeping.widgets_of(board) if one.key == key]
    if key and not found:
        raise Http404("The board has no such widget.")
    return found[0] if found else FIRST


def _saved(
    request: HttpRequest, project: Project, board: CustomBoard, widget: Widget
) -> HttpResponse:
    wrong, status = problems(widget), 200
    if not wrong:
        try:
            keeping.save(board, widget)
            messages.success(request, _("“%(title)s” is on the board.") % {"title": widget.title})
            return redirect("custom-edit", project.id, board.pk)
        except keeping.TooMany as error:
            messages.error(request, str(error))
        except keeping.Gone:
            words = _("Somebody has taken this widget off the board meanwhile.")
            messages.error(request, words)
            return redirect("custom-edit", project.id, board.pk)
    shown = fitted(widget)
    return _shown(request, project, board, shown, WidgetForm(shown).told(wrong), status)


def _shown(
    request: HttpRequest,
    project: Project,
    board: CustomBoard,
    widget: Widget,
    form: WidgetForm,
    status: int = 200,
) -> HttpResponse:
    state = state_of(request)
    panel = panel_from(replace(widget, key="preview", title=widget.title or str(_("Preview"))))
    scope = state.scope(project)
    context = {
        "project": project,
        "custom": board,
        "widget": widget,
        "form": form,
        "panel": panel,
        "scope": scope,
        "outcome": outcome_of(panel, state, scope, patience=PAGE_PATIENCE),
        "leads": True,
        "range": state.ask.range,
        "ranges": [(key, words) for key, (_width, words) in RANGES.items()],
        "place": reverse("custom-edit", args=[project.id, board.pk]),
    }
    name = "_builder" if request.htmx else "builder"
    return render(request, f"dashboards/custom/{name}.html", context, status=status)
