"""Usage that nobody knows the price of, and what boards say where a cost is unknown."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Cell, Chip, Column, Drawn, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT
from traces.axes import COUNT, TOKENS
from traces.queries.metrics import Measure
from traces.search.terms import Term

MOST_VALUES = 12
UNPRICED = Measure("unpriced", "sum")


def nothing_spent() -> Nothing:
    return Nothing(
        title=_("No calls of models in this time"),
        text=_(
            "Cost is worked out from the model and the tokens of a generation:"
            " gen_ai.request.model and gen_ai.usage.*, or model and usage_details of an SDK."
        ),
    )


def unknown_costs(scope: Scope) -> Nothing:
    return Nothing(
        title=_("Costs are unknown"),
        text=_("There were calls, and none of their models has a price."),
        href=reverse("model-prices", args=[scope.project.id]),
        action=_("Set prices"),
    )


def unpriced_chip(scope: Scope, calls: int) -> Chip:
    return Chip(
        words=_("%(n)s unpriced") % {"n": f"{calls:,}"},
        tone="warn",
        href=reverse("model-prices", args=[scope.project.id]),
        title=_("So many calls have no known cost. They are in no sum."),
    )


def unpriced(scope: Scope) -> Drawn:
    """Models of which calls have no known cost; each leads to where it gets a price."""
    answer = scope.ask(
        UNPRICED, Measure("unpriced_tokens", "sum"), by=("model",), most=MOST_VALUES, rest=False
    )
    found = [row for row in answer.rows if row[UNPRICED.column]]
    if not found:
        return Nothing(
            title=_("Every call has a known cost"),
            text=_("Nothing of this time is missing in the sums."),
        )
    may = getattr(scope.project, "role", None) is not None and scope.project.may["manage_prices"]
    lines = [_unpriced_line(scope, row, may=may) for row in found]
    columns = (
        Column(gettext_lazy("Model"), TEXT),
        Column(gettext_lazy("Calls"), COUNT),
        Column(gettext_lazy("Tokens"), TOKENS),
        Column(gettext_lazy("Cost"), TEXT),
        Column(gettext_lazy("To do"), TEXT),
    )
    chips = (unpriced_chip(scope, sum(row[UNPRICED.column] for row in found)),)
    return Rows(table=Table(columns, tuple(lines)), chips=chips)


def _unpriced_line(scope: Scope, row: dict, *, may: bool) -> tuple[Cell, ...]:
    model = row["model"]
    unknown = Term("has", ("cost",), is_negated=True)
    href = rows_of(scope, Term("model", (model,)) if model else None, unknown, view=OBSERVATIONS)
    page = reverse("model-prices", args=[scope.project.id])
    if model and may:
        page = f"{reverse('price-create', args=[scope.project.id])}?{urlencode({'model': model})}"
    return (
        Cell(model or _("not set"), href),
        Cell(row[UNPRICED.column], href),
        Cell(row["sum_unpriced_tokens"], href),
        Cell(_("unknown"), href),
        Cell(_("Set a price"), page if scope.leads else ""),
    )
