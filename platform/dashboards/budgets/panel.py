"""Budgets on the overview board: the fullest of them, what they will come to, and when they are
used up.
"""

import time
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from dashboards.boards.panel import Cell, Chip, Column, Drawn, Nothing, Panel, Scope, Table
from dashboards.boards.registry import Shelf, add_panel, add_shelf
from dashboards.budgets.models import Budget
from dashboards.budgets.state import BudgetState, states_of
from traces.axes import DOLLARS, SHARE

MOST_LISTED, MOST_SHOWN = 20, 3
COLUMNS = (
    Column(gettext_lazy("Budget")),
    Column(gettext_lazy("Value")),
    Column(gettext_lazy("Spent"), DOLLARS),
    Column(gettext_lazy("Amount"), DOLLARS),
    Column(gettext_lazy("Share spent"), SHARE),
    Column(gettext_lazy("Projected"), DOLLARS),
    Column(gettext_lazy("At least"), DOLLARS),
    Column(gettext_lazy("At most"), DOLLARS),
)


@dataclass(frozen=True, slots=True)
class Shown:
    state: BudgetState
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Budgets as bars, drawn by templates/dashboards/budgets/_panel.html."""

    budgets: tuple[Shown, ...]
    table: Table
    chips: tuple[Chip, ...] = ()
    is_exact: bool = True
    kind: str = field(default="budgets", init=False)


def draw(scope: Scope) -> Drawn:
    """Of now, whatever the time and the filter of the board. Of budgets for each value, the value
    that spent most.
    """
    project = scope.project
    budgets = list(Budget.objects.filter(project=project, is_archived=False))
    if not budgets:
        return Nothing(
            title=_("No budget yet"),
            text=_("Say what the project may cost, and this tells what it will."),
            href=reverse("budget-create", args=[project.id]),
            action=_("New budget"),
        )
    states = sorted(states_of(budgets, time.time_ns()), key=lambda one: -one.share)
    shown = [
        Shown(one, reverse("budget", args=[project.id, one.budget_id]))
        for one in _first_of_each(states)
    ]
    if not shown:
        return Nothing(
            title=_("Nothing is spent yet"),
            text=_("No call of its period names a value that a budget is for."),
            href=reverse("budget-list", args=[project.id]),
            action=_("Budgets"),
        )
    rows = tuple(_row(one) for one in shown[:MOST_LISTED])
    table = Table(COLUMNS, rows, is_cut=len(shown) > len(rows))
    return Meters(budgets=tuple(shown[:MOST_SHOWN]), table=table)


def _first_of_each(states: list[BudgetState]) -> list[BudgetState]:
    found: dict[str, BudgetState] = {}
    for state in states:
        found.setdefault(state.budget_id, state)
    return list(found.values())


def _row(one: Shown) -> tuple[Cell, ...]:
    state = one.state
    end = state.projection.end if state.projection else None
    return (
        Cell(state.name, one.href),
        Cell(state.value),
        Cell(state.spent),
        Cell(state.amount),
        Cell(state.share),
        Cell(end.expected if end else None),
        Cell(end.low if end else None),
        Cell(end.high if end else None),
    )


PANEL = Panel(
    "budgets",
    gettext_lazy("Budgets"),
    gettext_lazy("What may be spent, what is, and what will the end of the period have cost?"),
    4,
    draw,
    is_shared=False,  # budgets are the project's, whatever the board is narrowed to
)


def savings(project: Project) -> list[Shelf]:
    return [Shelf(_("Savings"), reverse("cost-advice", args=[project.id]))]


def offer() -> None:
    """Beside the cost on the overview; and what could be saved, beside the boards."""
    add_panel("overview", PANEL, after="cost")
    add_shelf(savings)
