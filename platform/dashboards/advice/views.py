"""What of the last 30 days could have been saved, with what that assumes."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from dashboards.advice.assumptions import LIVES, assumptions_in
from dashboards.advice.savings import Advice, Line, Saving, advice
from dashboards.advice.words import WORDS
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Scope
from dashboards.budgets.views.asked import now, tells_when_away
from traces.search.terms import Term


@dataclass(frozen=True, slots=True)
class Shown:
    saving: Saving
    title: Any
    about: Any
    beware: Any
    lines: list[tuple[Line, str]]  # with the address of its rows


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def cost_advice(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?figures=1` works them out: the page without it asks for that by itself."""
    project = project_for(request.user, project_id)
    assumed, wrong = assumptions_in(request.GET)
    context = {"project": project, "assumed": assumed, "wrong": wrong, "lives": LIVES}
    if request.GET.get("figures"):
        found = advice(project.id, assumed, now())
        context |= {
            "found": found,
            "savings": [shown(project, found, one) for one in found.savings],
        }
    is_part = "found" in context and request.htmx
    template = "_savings" if is_part else "advice"
    return render(request, f"dashboards/advice/{template}.html", context)


def shown(project: Project, found: Advice, saving: Saving) -> Shown:
    scope = Scope(project=project, since=found.since, until=found.until)
    lines = [(line, rows(scope, line)) for line in saving.lines]
    return Shown(saving, *WORDS[saving.kind], lines)


def rows(scope: Scope, line: Line) -> str:
    said = (("span", line.of.name), ("model", line.of.model))
    terms = [Term(field, (value,)) for field, value in said if value]
    return rows_of(scope, *terms, view=OBSERVATIONS, sort="cost")
