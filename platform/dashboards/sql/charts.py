"""A result as a figure: its first column against its numbers. Pure."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from dashboards.boards.figures import TONES, label
from traces.queries.free_sql.ask import Table

MOST_SERIES = 10
NUMBERS = ("Int", "UInt", "Float", "Decimal", "Bool")
TIMES = ("Date", "DateTime")


class Chart(TextChoices):
    TABLE = "table", _("Table")
    LINE = "line", _("Lines")
    BAR = "bar", _("Bars")


def figure_of(table: Table, chart: str) -> dict[str, Any] | None:
    """None where there is nothing to draw: it takes a first column and a number behind it."""
    numbers = [i for i in range(1, len(table.names)) if is_number(table.types[i])][:MOST_SERIES]
    if chart not in (Chart.LINE, Chart.BAR) or not table.rows or not numbers:
        return None
    axis = axis_of(table)
    return {
        "data": [
            series(table, index, chart, axis) | {"meta": {"tone": TONES[at % len(TONES)]}}
            for at, index in enumerate(numbers)
        ],
        "layout": {
            "xaxis": axis,
            "yaxis": {"rangemode": "tozero"},
            "barmode": "group",
            "hovermode": "closest",
        },
    }


def axis_of(table: Table) -> dict[str, Any]:
    if bare(table.types[0]).startswith(TIMES):
        return {"type": "date"}
    return {"type": "linear"} if is_number(table.types[0]) else {"type": "category"}


def series(table: Table, index: int, chart: str, axis: dict[str, Any]) -> dict[str, Any]:
    """Names are shortened: plotly would read markup in them."""
    first = [row[0] for row in table.rows]
    if axis["type"] == "category":
        first = [label("" if value is None else str(value), at) for at, value in enumerate(first)]
    drawn = {
        "x": first,
        "y": [as_number(row[index]) for row in table.rows],
        "name": label(table.names[index], index),
        "hovertemplate": "<b>%{fullData.name}</b> %{y}<extra></extra>",
    }
    if chart == Chart.BAR:
        return drawn | {"type": "bar"}
    return drawn | {"type": "scatter", "mode": "lines+markers", "connectgaps": False}


def is_number(kind: str) -> bool:
    return bare(kind).startswith(NUMBERS)


def bare(kind: str) -> str:
    """The type, whether or not it may be NULL or is kept as a dictionary."""
    while kind.startswith(("Nullable(", "LowCardinality(")):
        kind = kind.partition("(")[2]
    return kind


def as_number(value: Any) -> float | int | None:
    """A decimal comes as text, and what is not finite not at all."""
    if value is None or isinstance(value, bool | int | float):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
