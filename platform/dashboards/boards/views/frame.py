"""A board as a page: its frame at once, each panel as a fragment of its own (`?part=`), which as a
page by itself is the panel's table, and with `as=csv` a file.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Project
from dashboards.boards.csv_file import csv_of
from dashboards.boards.outcome import Outcome, outcome_of
from dashboards.boards.panel import Panel, Scope
from dashboards.boards.registry import Board, boards, shelves
from dashboards.boards.state import BUCKETS, REFRESHES, State, state_of, zones
from dashboards.boards.turns import PAGE_PATIENCE, turn
from dashboards.boards.views.markers import told
from traces.errors import Unavailable
from traces.queries.metrics import Measure, Unanswerable
from traces.search.fields import FIELDS
from traces.views.lists import is_fragment, marked
from traces.views.timerange import RANGES

ENVIRONMENTS = "environments"  # the part that holds what there is to choose from
MARKERS = "markers"  # what happened, as a shared board tells it
MOST_ENVIRONMENTS = 40
FRAGMENT_PATIENCE = 0.05  # seconds that a panel waits for its turn
MOST_TURNS = 60  # that a fragment asks for, half a second apart
STATUS = {"too much": 422, "unanswerable": 422, "away": 503, "busy": 503}


def answer(
    request: HttpRequest,
    project: Project,
    board: Board,
    *,
    page: str = "dashboards/board.html",
    leads: bool = True,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The board of a project whose reader has been let in. `leads` is false for a shared one:
    nothing on it is a link into the project, or tells more than its filter lets through. `more` is
    for the template `page`.
    """
    state, board = state_of(request), board if leads else board.shared()
    context = {"project": project, "board": board, "state": state, "ask": state.ask, "leads": leads}
    if request.GET.get("part") == ENVIRONMENTS:
        if not leads or request.GET.get("as") in FORMS:
            raise Http404("The names of all environments are for the project, and are no file.")
        context |= _environments(state, state.scope(project))
        return render(request, "dashboards/_environments.html", context)
    if request.GET.get("part") == MARKERS and not leads:
        context |= told(state.scope(project, leads=False))
        return render(request, "dashboards/_markers.html", context)
    if key := request.GET.get("part", ""):
        panel = board.panel(key)
        if panel is None:
            raise Http404("The board has no such panel.")
        return _part(request, panel, state, context)
    if state.by and board.by and board.dimension(state.by) != state.by:
        words = _("This board is not broken down by “%(by)s”, but by “%(other)s”.")
        other = board.by[board.dimension(state.by)]
        state.ask.problems.append(words % {"by": state.by[:60], "other": other})
    frame = frame_of(project, state) | {"by": board.dimension(state.by)}
    return render(request, page, {**context, **frame, **(more or {})})


def frame_of(project: Project, state: State) -> dict[str, Any]:
    return {
        "boards": boards(),
        "shelves": shelves(project),
        "ranges": RANGES,
        "buckets": BUCKETS.items(),
        "refreshes": REFRESHES.items(),
        "zones": sorted(zones()),
        "fields": list(FIELDS.values()),
        "wrong": marked(state.ask),
        "compare_link": state.ask.link(compare="off" if state.compares else None),
        "without_time": state.ask.link(**{"from": None, "to": None}),
    }


def _environments(state: State, scope: Scope) -> dict[str, Any]:
    """Those of the time that is shown, each with the address of the board in it; none where the
    store does not tell.
    """
    try:
        with turn(patience=FRAGMENT_PATIENCE):
            answer = replace(scope, terms=()).ask(
                Measure("count"), by=("environment",), most=MOST_ENVIRONMENTS, rest=False
            )
        names = sorted(str(row["environment"]) for row in answer.rows)
    except (Unanswerable, Unavailable):
        names = []
    query = state.ask.query
    return {
        "everywhere": state.ask.asking(query.with_choice("environment", ())),
        "environments": [
            (name, state.ask.asking(query.with_choice("environment", (name,)))) for name in names
        ],
    }


def _part(request: HttpRequest, panel: Panel, state: State, context: dict) -> HttpResponse:
    as_, is_part = request.GET.get("as", ""), is_fragment(request)
    patience = FRAGMENT_PATIENCE if is_part and as_ != "csv" else PAGE_PATIENCE
    scope = state.scope(context["project"], context["board"], leads=context["leads"])
    outcome = outcome_of(panel, state, scope, patience=patience)
    context |= {"panel": panel, "outcome": outcome, "scope": scope, **addresses(state, panel)}
    context["is_table"] = as_ == "table" or not is_part
    return FORMS.get(as_, _shown)(request, outcome, context)


def _shown(request: HttpRequest, outcome: Outcome, context: dict) -> HttpResponse:
    if not is_fragment(request):
        template = "dashboards/part.html" if context["leads"] else "dashboards/shared_part.html"
        return render(request, template, context, status=STATUS.get(outcome.cause, 200))
    waited = request.GET.get("waited", "")
    turns = int(waited) if waited.isdecimal() and len(waited) < 4 else 0
    if outcome.cause == "busy" and turns < MOST_TURNS:
        context["waiting"] = context["state"].ask.link(
            part=context["panel"].key, waited=str(turns + 1)
        )
    return render(request, "dashboards/_panel.html", context)  # 200: htmx swaps no error in


def _csv(request: HttpRequest, outcome: Outcome, context: dict) -> HttpResponse:
    if outcome.drawn is None:
        text, status = str(outcome.words), STATUS.get(outcome.cause, 503)
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    body = csv_of(outcome.drawn.table, context["scope"].zone)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"{context['board'].key}-{context['panel'].key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


FORMS: dict[str, Callable[..., HttpResponse]] = {"csv": _csv}


def addresses(state: State, panel: Panel) -> dict[str, str]:
    """The query strings of a panel's forms."""
    return {
        "self_link": state.ask.link(part=panel.key, waited=None),
        "chart_link": state.ask.link(part=panel.key, waited=None, **{"as": None}),
        "table_link": state.ask.link(part=panel.key, waited=None, **{"as": "table"}),
        "csv_link": state.ask.link(part=panel.key, waited=None, **{"as": "csv"}),
        "board_link": state.ask.link(part=None, waited=None, **{"as": None}),
    }
