"""The page on which a person asks a project's rows in SQL."""

from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import Role
from dashboards.boards.registry import shelves
from dashboards.sql import files, shelf
from dashboards.sql.charts import Chart, figure_of, is_number
from dashboards.sql.examples import EXAMPLES
from dashboards.sql.forms import SaveForm, StatementForm
from dashboards.sql.models import SavedSql
from traces.errors import LimitReached, Refused, Unavailable
from traces.queries.free_sql.ask import MAX_ROWS, NotAllowed, Table, ask
from traces.queries.free_sql.tables import TABLES

log = structlog.get_logger(__name__)
SHOWN_ROWS = 200
MAX_CELL = 500  # characters of a value on the page; a file has all
MAX_ADDRESS = 2_000  # characters of a statement in an address
FILES = {"csv": (files.as_csv, "text/csv"), "json": (files.as_json_file, "application/json")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a statement: a table, or why there is none."""

    table: Table | None = None
    problem: str = ""
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
def sql(request: HttpRequest, project_id: str) -> HttpResponse:
    """POST runs `text`; `do=csv` and `do=json` answer with a file. GET shows a statement, from
    `q` or saved, and runs nothing: a link of somebody else's must not.
    """
    project = project_for(request.user, project_id)
    if request.method != "POST":
        return page(request, project, {})
    form = StatementForm(request.POST)
    if not form.is_valid():
        outcome = Outcome(problem=next(str(one[0]) for one in form.errors.values()), status=422)
        return answer(request, project, request.POST.get("text", ""), "table", outcome)
    text, chart = form.cleaned_data["text"], form.cleaned_data["chart"]
    log.info("sql_run", user=request.user.pk, project=project.id, characters=len(text))
    outcome = outcome_of(project, text)
    file = request.POST.get("do", "")
    if file in FILES and outcome.table is not None:
        return download(outcome.table, file)
    return answer(request, project, text, chart, outcome)


def outcome_of(project: Project, text: str) -> Outcome:
    try:
        return Outcome(ask(project.id, text))
    except (NotAllowed, Refused) as error:
        return Outcome(problem=str(error), status=422)
    except LimitReached:
        told = _("The statement took too long or too much memory. Ask for a shorter time range.")
        return Outcome(problem=told, status=422)
    except Unavailable:
        told = _("The store cannot be reached at the moment. Try again in a few seconds.")
        return Outcome(problem=told, status=503)


def answer(
    request: HttpRequest, project: Project, text: str, chart: str, outcome: Outcome
) -> HttpResponse:
    """The page, or its result alone (200: htmx swaps no error in)."""
    shown = {"text": text, "chart": chart, "outcome": outcome, **drawn(outcome.table, chart)}
    if request.htmx:
        return render(request, "sql/_result.html", {"project": project, **shown})
    return page(request, project, shown, status=outcome.status)


def drawn(table: Table | None, chart: str) -> dict[str, Any]:
    if table is None:
        return {}
    figure = figure_of(table, chart)
    are_numbers = [is_number(kind) for kind in table.types]
    return {
        "figure": figure,
        "keys": [(one["name"], one["meta"]["tone"]) for one in figure["data"]] if figure else [],
        "heads": list(zip(table.names, are_numbers, strict=True)),
        "shown": [
            [
                (files.written(value)[:MAX_CELL], right)
                for value, right in zip(row, are_numbers, strict=True)
            ]
            for row in table.rows[:SHOWN_ROWS]
        ],
        "hidden_rows": max(0, len(table.rows) - SHOWN_ROWS),
        "most": MAX_ROWS,
        "max_address": MAX_ADDRESS,
    }


def page(request: HttpRequest, project: Project, shown: dict, status: int = 200) -> HttpResponse:
    saved = shelf.found(project, request.user, request.GET.get("saved", ""))
    text = saved.text if saved else request.GET.get("q", "")
    context = {
        "project": project,
        "text": text or EXAMPLES[0].text,
        "chart": saved.chart if saved else Chart.TABLE,
        "saved": saved,
        "all_saved": [
            (one, may_delete(one, project, request.user))
            for one in shelf.saved_of(project, request.user)
        ],
        "tables": TABLES,
        "examples": EXAMPLES,
        "charts": Chart.choices,
        "shelves": shelves(project),
        **shown,
    }
    return render(request, "sql/sql.html", context, status=status)


def download(table: Table, file: str) -> HttpResponse:
    made, content_type = FILES[file]
    response = HttpResponse(made(table), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="result.{file}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def save_sql(request: HttpRequest, project_id: str) -> HttpResponse:
    """Everyone who sees a project may keep statements; to share one takes a member."""
    project = project_for(request.user, project_id)
    form = SaveForm(request.POST)
    place = reverse("sql", args=[project.id])
    if not form.is_valid():
        why = next(str(one[0]) for one in form.errors.values())
        messages.error(request, _("The statement was not saved. %(why)s") % {"why": why})
        text = request.POST.get("text", "")[:MAX_ADDRESS]
        return redirect(f"{place}?{urlencode({'q': text})}")
    fields = form.cleaned_data
    fields["is_shared"] = fields["is_shared"] and project.may["edit"]
    try:
        saved = shelf.save(project, request.user, fields.pop("name"), **fields)
    except shelf.TooMany:
        messages.error(request, _("You have as many statements here as there may be."))
        return redirect(place)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
    return redirect(f"{place}?{urlencode({'saved': saved.pk})}")


@require_POST
def delete_sql(request: HttpRequest, project_id: str, saved_id: str) -> HttpResponse:
    """One's own, or as an admin one that is shared."""
    project = project_for(request.user, project_id)
    saved = shelf.found(project, request.user, saved_id)
    if saved is None or not may_delete(saved, project, request.user):
        raise Http404("There is no such statement, or it is not yours to delete.")
    saved.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": saved.name})
    return redirect(reverse("sql", args=[project.id]))


def may_delete(saved: SavedSql, project: Project, user: User) -> bool:
    return saved.made_by_id == user.pk or project.role.includes(Role.ADMIN)
