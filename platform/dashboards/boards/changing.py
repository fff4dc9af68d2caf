"""What changed most against the time before, step by step."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from dashboards.boards.drawing import EMPTY
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Cell, Column, Drawn, Rows, Scope, Table
from dashboards.boards.units import TEXT, change
from traces.axes import COUNT, DOLLARS, SECONDS
from traces.queries.metrics import Measure
from traces.search.of_dimensions import term_of

MOST_ASKED, MOST_SHOWN = 60, 10
BY = ("name", "model")
MEASURES = (Measure("cost", "sum"), Measure("count", "count"), Measure("latency", "p95"))
COST, CALLS, LATENCY = "sum_cost", "count_count", "p95_latency"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the application in this time and in the one before; `cost` and the others of a time
    without it are None.
    """

    name: str
    model: str
    now: dict[str, Any]
    before: dict[str, Any]

    @property
    def weight(self) -> tuple[float, float]:
        """How much it changed: in money, and where there is none, in calls."""
        return _moved(self, COST), _moved(self, CALLS)


def changes(scope: Scope) -> Drawn:
    """Steps by name and model, the greatest change in cost first."""
    now, before = _by_step(scope), _by_step(scope.previous)
    if not now and not before:
        return EMPTY
    steps = [Step(*key, now.get(key, {}), before.get(key, {})) for key in {**now, **before}]
    steps.sort(key=lambda one: (*(-weight for weight in one.weight), one.name, one.model))
    columns = (
        Column(gettext_lazy("Step"), TEXT),
        Column(gettext_lazy("Cost"), DOLLARS),
        Column(gettext_lazy("Change"), TEXT),
        Column(gettext_lazy("Calls"), COUNT),
        Column(gettext_lazy("Change"), TEXT),
        Column(gettext_lazy("p95 latency"), SECONDS),
        Column(gettext_lazy("Change"), TEXT),
    )
    lines = tuple(_line(scope, one) for one in steps[:MOST_SHOWN])
    return Rows(table=Table(columns, lines, is_cut=len(steps) > MOST_SHOWN))


def _by_step(scope: Scope) -> dict[tuple[str, str], dict]:
    answer = scope.ask(*MEASURES, by=BY, most=MOST_ASKED, rest=False, order=CALLS)
    return {(row["name"], row["model"]): row for row in answer.rows}


def _line(scope: Scope, step: Step) -> tuple[Cell, ...]:
    terms = [term_of("name", step.name), *([term_of("model", step.model)] if step.model else [])]
    href = rows_of(scope if step.now else scope.previous, *terms, view=OBSERVATIONS)
    words = " · ".join(one for one in (step.name, step.model) if one) or _("not set")
    cells = [Cell(words, href)]
    for column, unit in ((COST, DOLLARS), (CALLS, COUNT), (LATENCY, SECONDS)):
        cells += [Cell(step.now.get(column), href), Cell(_changed(step, column, unit))]
    return tuple(cells)


def _changed(step: Step, column: str, unit: str) -> str:
    if not step.before:
        return pgettext("a step of the application", "new")
    if not step.now:
        return pgettext("a step of the application", "gone")
    return change(step.now.get(column), step.before.get(column), unit) or "–"


def _moved(step: Step, column: str) -> float:
    return abs(float(step.now.get(column) or 0) - float(step.before.get(column) or 0))
