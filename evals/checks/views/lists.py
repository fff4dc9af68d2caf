"""The checks of a project, what they found, and those that it could switch on."""

import time
from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from evals.checks import changing
from evals.checks.check import HIGHER, Check
from evals.checks.models import ProjectCheck
from evals.checks.registry import CHECKS, GROUPS
from evals.checks.usual import USUAL
from evals.checks.views.asked import check_of, editable
from traces.clickhouse import LimitReached, Unavailable
from traces.queries.checks import Bounds, Found, found_by
from traces.queries.filters import DAY, HOUR
from traces.search.terms import Term


@dataclass(frozen=True, slots=True)
class Line:
    """A check of the project. `failing` is the query of the observations that fail it."""

    row: ProjectCheck
    check: Check
    found: Found | None = None  # None where nobody can tell now

    @property
    def whole(self) -> bool:
        return self.row.sampling >= 1

    @property
    def percent(self) -> float:
        return round(self.row.sampling * 100, 4)

    @property
    def failing(self) -> str:
        bound = self.check.bound(self.row.options)
        if bound is None:
            return ""
        worse = "<" if self.check.better == HIGHER else ">"
        return str(Term("scores", (f"{bound:g}",), key=self.row.name, comparison=worse))


@require_safe
@vary_on_headers("HX-Request")
def check_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?part=figures` is what the checks found in the last 24 hours."""
    project = project_for(request.user, project_id)
    rows = ProjectCheck.objects.filter(project=project).select_related("author")
    lines = [Line(row, CHECKS[row.check_key]) for row in rows if row.check_key in CHECKS]
    if request.GET.get("part") == "figures":
        told = {"project": project, "lines": with_figures(project, lines)}
        return render(request, "checks/_figures.html", told)
    groups = [
        (words, [check for check in CHECKS.values() if check.group == group])
        for group, words in GROUPS.items()
    ]
    context = {
        "project": project,
        "lines": lines,
        "groups": groups,
        "usual": [CHECKS[one.key] for one in USUAL],
    }
    return render(request, "checks/list.html", context)


def with_figures(project: Project, lines: list[Line]) -> list[Line]:
    now = time.time_ns()
    found: dict[str, Found] | None = None
    with suppress(Unavailable, LimitReached):
        names = {line.row.name: bounds_of(line.check, line.row) for line in lines}
        found = found_by(project.id, names, since=now - DAY, until=now + HOUR)
    return [
        Line(line.row, line.check, None if found is None else found.get(line.row.name, Found()))
        for line in lines
    ]


def bounds_of(check: Check, row: ProjectCheck) -> Bounds:
    bound = check.bound(row.options)
    if bound is None:
        return Bounds()
    return Bounds(low=bound) if check.better == HIGHER else Bounds(high=bound)


@require_POST
def check_usual(request: HttpRequest, project_id: str) -> HttpResponse:
    """Switch on the usual set, as far as the project has none of it."""
    project = editable(request, project_id)
    try:
        made = changing.add_usual(project, request.user)
    except changing.NotPossible as error:
        messages.error(request, str(error))
        return redirect("check-list", project.id)
    words = ngettext("%(n)d check is on.", "%(n)d checks are on.", len(made))
    messages.success(request, words % {"n": len(made)})
    return redirect("check-list", project.id)


@require_POST
def check_switch(request: HttpRequest, project_id: str, check_id: int) -> HttpResponse:
    project = editable(request, project_id)
    row = check_of(project, check_id)
    changing.switch(row, request.user, is_on=request.POST.get("on") == "1")
    words = _("“%(name)s” is on.") if row.is_on else _("“%(name)s” is off. Its scores stay.")
    messages.success(request, words % {"name": row.name})
    return redirect("check-list", project.id)
