"""The budgets of a project and where each stands."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from dashboards.boards.turns import PAGE_PATIENCE, turn
from dashboards.budgets.models import Budget
from dashboards.budgets.state import BudgetState, states_of
from dashboards.budgets.views.asked import now, tells_when_away


@dataclass(frozen=True, slots=True)
class Line:
    """A budget with its states, the fullest first; none where nobody asked for them."""

    budget: Budget
    states: tuple[BudgetState, ...] = ()

    @property
    def fullest(self) -> BudgetState | None:
        return self.states[0] if self.states else None

    @property
    def over(self) -> int:
        return sum(one.is_exceeded for one in self.states)

    @property
    def heading(self) -> int:
        return sum(one.is_heading_over for one in self.states)


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def budget_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?figures=1` tells where each stands: the page without it asks for that by itself."""
    project = project_for(request.user, project_id)
    rows = list(Budget.objects.filter(project=project))
    live = [row for row in rows if not row.is_archived]
    with_figures = bool(request.GET.get("figures"))
    context = {
        "project": project,
        "lines": figured(live) if with_figures else [Line(row) for row in live],
        "with_figures": with_figures,
        "archived": [row for row in rows if row.is_archived],
        "just_archived": request.GET.get("archived", ""),
    }
    is_part = with_figures and request.htmx
    template = "_lines" if is_part else "list"
    return render(request, f"dashboards/budgets/{template}.html", context)


def figured(budgets: list[Budget]) -> list[Line]:
    with turn(patience=PAGE_PATIENCE):
        found = states_of(budgets, now()) if budgets else []
    return [
        Line(
            budget,
            tuple(
                sorted(
                    (one for one in found if one.budget_id == budget.pk),
                    key=lambda one: -one.spent,
                )
            ),
        )
        for budget in budgets
    ]
