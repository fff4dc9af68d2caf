"""One budget: what is spent, where it goes, and what it is made of."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Scope
from dashboards.boards.turns import PAGE_PATIENCE, turn
from dashboards.budgets import figures
from dashboards.budgets.alerting import rules_of
from dashboards.budgets.detail import Detail, detail
from dashboards.budgets.models import MAX_VALUE, Budget
from dashboards.budgets.spending import MOST_VALUES, view_of
from dashboards.budgets.state import states_of
from dashboards.budgets.views.asked import budget_of, now, tells_when_away
from traces.search.of_dimensions import term_of
from traces.search.terms import Term

CHANGES = 10


@require_safe
@tells_when_away
def budget_page(request: HttpRequest, project_id: str, budget_id: str) -> HttpResponse:
    """`?value=` is one of the values of a budget that holds for each."""
    project = project_for(request.user, project_id)
    budget = budget_of(project, budget_id)
    value = request.GET.get("value", "")[:MAX_VALUE] if budget.is_each else budget.value
    context: dict[str, Any] = {"project": project, "budget": budget, "value": value}
    context["changes"] = list(budget.changes.select_related("user")[:CHANGES])
    context["rules"] = list(rules_of(budget))
    if budget.is_each and not value:
        with turn(patience=PAGE_PATIENCE):
            states = sorted(states_of([budget], now()), key=lambda one: -one.spent)
        context |= {"states": states, "is_cut": len(states) == MOST_VALUES}
    else:
        context |= drawn(project, budget, value)
    return render(request, "dashboards/budgets/one.html", context)


def drawn(project: Project, budget: Budget, value: str) -> dict[str, Any]:
    found = detail(budget, value, now())
    rows = hrefs(project, budget, value, found)
    scope = scope_of(project, budget, found)
    unpriced = Term("has", ("COST",), is_negated=True)
    view = view_of(budget.field)
    is_of_calls = view == OBSERVATIONS
    return {
        "detail": found,
        "state": found.state,
        "days": list(zip(found.days, rows, strict=True)),
        "is_of_calls": is_of_calls,
        "rows": rows_of(scope, *narrowed(budget, value), view=view, sort="cost"),
        "unpriced_rows": rows_of(scope, *narrowed(budget, value), unpriced, view=view)
        if is_of_calls
        else "",
        "figure": figures.of_budget(found, words(), rows),
    }


def words() -> dict[str, str]:
    return {
        "spent": _("Spent"),
        "expected": _("Projected"),
        "interval": _("Interval"),
        "amount": _("Budget"),
    }


def narrowed(budget: Budget, value: str) -> list[Term]:
    """What the list is narrowed by to show the budget's rows."""
    term = term_of(budget.field, value) if budget.field else None
    return [term] if term else []


def scope_of(project: Project, budget: Budget, found: Detail) -> Scope:
    period = found.state.period
    return Scope(project=project, since=period.since, until=period.until, zone=budget.zone)


def hrefs(project: Project, budget: Budget, value: str, found: Detail) -> list[str]:
    scope, terms = scope_of(project, budget, found), narrowed(budget, value)
    view = view_of(budget.field)
    return [
        "" if one.cost is None
        else rows_of(scope, *terms, view=view, window=(one.since, one.until), sort="cost")
        for one in found.days
    ]  # fmt: skip
