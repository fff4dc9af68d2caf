"""Budgets as what alert rules look at: see alerts.rules.sources."""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from alerts.rules.conditions import BudgetState as Wanted
from alerts.rules.conditions import check
from alerts.rules.models import Rule
from alerts.rules.points import Stand
from alerts.rules.sources import Segment
from dashboards.budgets.models import Budget
from dashboards.budgets.state import BudgetState, states_of

NS = 1_000_000_000
MOST_SHOWN = 20


def read(
    project_id: str, wanted: Wanted, since: int, until: int
) -> Mapping[Segment, Sequence[Stand]]:
    """How each budget stands at the end of the time; how it stood before is not kept."""
    budgets = Budget.objects.filter(project=project_id, is_archived=False)
    if wanted.budget:
        budgets = budgets.filter(pk=wanted.budget)
    found = list(budgets)
    check(bool(found) or not wanted.budget, _("There is no such budget, or it is archived."))
    states = states_of(found, until * NS) if found else []
    return {
        (one.name, one.value, one.budget_id): (_stand(one, max(since, until - 1)),)
        for one in states
    }


def names(project_id: str) -> list[tuple[str, str]]:
    found = Budget.objects.filter(project=project_id, is_archived=False).order_by("name", "pk")
    return list(found.values_list("pk", "name"))


def rules_of(budget: Budget) -> QuerySet[Rule]:
    """Those that look at this budget, by itself or as one of all."""
    return Rule.objects.filter(
        project=budget.project_id,
        definition__condition__kind="budget_state",
        definition__condition__budget__in=("", budget.pk),
    )[:MOST_SHOWN]


def _stand(state: BudgetState, at: int) -> Stand:
    projection = state.projection
    evidence = {
        "spent": float(state.spent),
        "amount": float(state.amount),
        "since": state.period.since // NS,
        "projected": projection.end.expected if projection else None,
        "unpriced": state.unpriced,
    }
    return Stand(
        at=at,
        value=state.share * 100,
        samples=1,
        is_bad=state.is_heading_over,
        evidence=evidence,
    )
