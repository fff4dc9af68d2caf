"""Numbers with what they were before and their course, as tiles."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dashboards.boards.drawing import filled
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Cell, Column, Scope, Table, Tile, Tiles
from dashboards.boards.units import TEXT, Value
from prompts.figures.sparkline import spark
from traces.queries.metrics import Answer, Measure
from traces.search.terms import Term


@dataclass(frozen=True, slots=True)
class Figure:
    """`terms` and `sort` are of the list that the number leads to; `better` is "lower", "higher" or
    nothing.
    """

    measure: Measure
    words: str | Promise
    unit: str
    better: str = ""
    terms: tuple[Term, ...] = ()
    sort: str = ""

    @property
    def column(self) -> str:
        return self.measure.column if self.measure.aggregation else f"count_{self.measure.name}"


def tiles(
    scope: Scope,
    shown: Sequence[Figure],
    *,
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
) -> Tiles:
    """Each figure over the whole time, over the time before where the scope compares, and its
    course.
    """
    measures = tuple(one.measure for one in shown)
    over_time, now = scope.ask_with_whole(*measures, view=view, terms=terms)
    before = scope.previous.ask(*measures, view=view, terms=terms) if scope.compares else None
    made = tuple(
        Tile(
            words=one.words,
            value=_number(now.one(one.column)),
            unit=one.unit,
            before=_number(before.one(one.column)) if before else None,
            spark=spark(filled(over_time, one.column)),
            href=rows_of(scope, *terms, *one.terms, view=view, sort=one.sort),
            better=one.better,
            is_exact=_is_exact(now, one.column),
        )
        for one in shown
    )
    return Tiles(tiles=made, table=table_of(made))


def table_of(made: Sequence[Tile]) -> Table:
    """Each row has a unit of its own."""
    columns = (
        Column(gettext_lazy("Figure"), TEXT),
        Column(gettext_lazy("Value"), TEXT),
        Column(gettext_lazy("Before"), TEXT),
    )
    lines = [
        (
            Cell(str(one.words), one.href),
            Cell(one.value, one.href, one.unit),
            Cell(one.before, unit=one.unit),
        )
        for one in made
    ]
    return Table(columns, tuple(lines))


def _number(value: Value | list) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _is_exact(answer: Answer, column: str) -> bool:
    return all(one.is_exact for one in answer.columns if one.name == column)
