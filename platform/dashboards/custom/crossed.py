"""One measure by two dimensions: a table, or a heat map, of which each field leads to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.boards import figures
from dashboards.boards.drawing import EMPTY, terms_of, words_of
from dashboards.boards.links import rows_of
from dashboards.boards.panel import Cell, Chart, Column, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT, Value
from dashboards.custom.widget import Widget
from dashboards.custom.words import CLOCK, WEEKDAYS, unit_of
from traces.queries.metrics import Measure, Only
from traces.search.terms import Term

MOST_PAIRS = 1_000


@dataclass(frozen=True, slots=True)
class Crossed:
    """`values[row][column]`, and where each leads; `is_cut`: there are values beyond."""

    downwards: list[Value]
    across: list[Value]
    values: list[list[figures.Number]]
    hrefs: list[list[str]]
    is_cut: bool
    is_exact: bool


def crossed(scope: Scope, widget: Widget, terms: tuple[Term, ...] = ()) -> Crossed | None:
    """The first values of each dimension by the measure, and each pair of them; None of nothing.
    Raises Unanswerable.
    """
    measure = Measure(*widget.measures[0])
    firsts, is_cut = [], False
    for name in widget.by:
        most = CLOCK.get(name, widget.most)
        answer = scope.ask(measure, view=widget.view, by=(name,), most=most, rest=False)
        firsts.append(in_order(name, [row[name] for row in answer.rows]))
        is_cut |= (answer.series or 0) > len(answer.rows)
    if not all(firsts):
        return None
    only = tuple(Only(name, tuple(map(str, v))) for name, v in zip(widget.by, firsts, strict=True))
    pairs = scope.ask(
        measure, view=widget.view, by=widget.by, only=only, most=MOST_PAIRS, rest=False
    )
    found = {tuple(row[name] for name in widget.by): row[measure.column] for row in pairs.rows}
    down, across = firsts
    hrefs = [[_rows(scope, widget, (one, other), terms) for other in across] for one in down]
    values = [[found.get((one, other)) for other in across] for one in down]
    return Crossed(down, across, values, hrefs, is_cut, pairs.is_exact)


def _rows(scope: Scope, widget: Widget, pair: tuple[Value, ...], terms: tuple[Term, ...]) -> str:
    own = [
        term
        for name, value in zip(widget.by, pair, strict=True)
        for term in terms_of(name, value, [], widget.view)
    ]
    return rows_of(scope, *terms, *own, view=widget.view)


def in_order(dimension: str, values: Sequence[Value]) -> list[Value]:
    """Those of the clock in its order, others as they come."""
    return sorted(values, key=lambda one: int(str(one))) if dimension in CLOCK else [*values]


def said(dimension: str, value: Value) -> str:
    if dimension == "weekday" and value is not None:
        return str(WEEKDAYS[int(str(value)) - 1])
    return f"{int(str(value)):02d}:00" if dimension == "hour" and value else words_of(value)


def pivot(scope: Scope, widget: Widget, head: str, terms: tuple[Term, ...]) -> Rows | Nothing:
    made = crossed(scope, widget, terms)
    return Rows(table=_table(widget, made, head), is_exact=made.is_exact) if made else EMPTY


def heat(scope: Scope, widget: Widget, head: str, terms: tuple[Term, ...]) -> Chart | Nothing:
    made = crossed(scope, widget, terms)
    if made is None:
        return EMPTY
    down, across = widget.by
    figure = figures.heat(
        [said(across, one) for one in made.across],
        [said(down, one) for one in made.downwards],
        made.values,
        unit_of(widget.view, *widget.measures[0]),
        hrefs=made.hrefs if scope.leads else (),
    )
    figure["layout"]["yaxis"]["autorange"] = "reversed"  # the first at the top, as in the table
    return Chart(figure=figure, table=_table(widget, made, head), is_exact=made.is_exact)


def _table(widget: Widget, made: Crossed, head: str) -> Table:
    down, across = widget.by
    unit = unit_of(widget.view, *widget.measures[0])
    columns = (Column(head, TEXT), *(Column(said(across, one), unit) for one in made.across))
    lines = [
        (
            Cell(said(down, one)),
            *(
                Cell(value, href if value is not None else "")
                for value, href in zip(values, hrefs, strict=True)
            ),
        )
        for one, values, hrefs in zip(made.downwards, made.values, made.hrefs, strict=True)
    ]
    return Table(columns, tuple(lines), is_cut=made.is_cut)
