"""From an answer of the metrics to what a panel draws, with the rows behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.figures import LINE, STACK, Series, Span, tone
from dashboards.boards.links import OBSERVATIONS, base_of, rows_of, term_of, terms_beyond, window_of
from dashboards.boards.panel import Cell, Chart, Chip, Column, Key, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT, TIME, Value
from traces.queries.metrics import Answer
from traces.search.terms import Term

# A bucket of which the answer has no row: none of these, and of the others unknown.
SUMMED = ("sum_", "count_", "uniq_")
EMPTY = Nothing(
    title=gettext_lazy("Nothing in this time"),
    text=gettext_lazy("No call matches the filter in the chosen time. Choose a longer one."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A column of an answer as a series. `terms` are what its rows have beside the panel's."""

    column: str
    words: str | Promise
    tone: str = "accent"
    terms: tuple[Term, ...] = ()
    sort: str = ""


def course(
    scope: Scope,
    answer: Answer,
    lines: Sequence[Line],
    unit: str,
    *,
    kind: str = LINE,
    view: str = OBSERVATIONS,
    before: Answer | None = None,
    chips: tuple[Chip, ...] = (),
) -> Chart | Nothing:
    """Measures over time, each a series; `before` is the answer for the scope's previous time, of
    which the first is drawn behind it.
    """
    if not answer.rows:
        return EMPTY
    made = [
        Series(
            name=str(line.words),
            values=filled(answer, line.column),
            tone=line.tone,
            **_leading(scope, answer, line.terms, view, line.sort),
        )
        for line in lines
    ]
    shown = [*made]
    if before is not None and before.rows:
        shown.append(_before(scope, answer, before, lines[0], view))
    figure = figures.over_time(kind, answer.edges[:-1], shown, unit, span=_span(scope, answer))
    return Chart(
        figure=figure,
        table=_timetable(answer, made, unit),
        keys=tuple(Key(one.name, one.tone) for one in shown) if len(shown) > 1 else (),
        chips=chips,
        is_exact=answer.is_exact,
    )


def split(
    scope: Scope,
    answer: Answer,
    column: str,
    dimension: str,
    unit: str,
    *,
    kind: str = STACK,
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
    chips: tuple[Chip, ...] = (),
    tones: dict[str, str] | None = None,
) -> Chart | Nothing:
    """A measure over time by a dimension: a series for each value, the greatest first."""
    if not answer.rows:
        return EMPTY
    values = values_of(answer, column, dimension)
    made = []
    for at, value in enumerate(shown_of(answer, column, dimension, values)):
        own = terms_of(dimension, value, values, view)
        made.append(
            Series(
                name=words_of(value),
                values=_values(answer, column, {dimension: value}),
                tone=(tones or {}).get(str(value)) or (tone(at) if value is not None else "chain"),
                **_leading(scope, answer, (*terms, *own), view),
            )
        )
    return Chart(
        figure=figures.over_time(kind, answer.edges[:-1], made, unit, span=_span(scope, answer)),
        table=_timetable(answer, made, unit),
        keys=tuple(Key(one.name, one.tone) for one in made),
        chips=chips,
        is_exact=answer.is_exact,
    )


def ranked(
    scope: Scope,
    answer: Answer,
    dimension: str,
    columns: Sequence[tuple[str, Column]],
    words: str | Promise,
    *,
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
    sort: str = "",
    chips: tuple[Chip, ...] = (),
) -> Chart | Nothing:
    """Values of a dimension as bars of the first of `columns` (a column of the answer, and what it
    is called and counted in); the table has all of them. `words` names the dimension.
    """
    if not answer.rows:
        return EMPTY
    table = listing(
        scope, answer, dimension, columns, words, view=view, terms=terms, sort=sort
    ).table
    first, shown = columns[0]
    series = Series(
        name=str(shown.words),
        values=[row[first] for row in answer.rows],
        tone="accent",
        hrefs=[row[0].href for row in table.rows],
    )
    names = [words_of(row[dimension]) for row in answer.rows]
    return Chart(
        figure=figures.across(names, [series], shown.unit),
        table=table,
        chips=chips,
        is_exact=answer.is_exact,
    )


def listing(
    scope: Scope,
    answer: Answer,
    dimension: str,
    columns: Sequence[tuple[str, Column]],
    words: str | Promise,
    *,
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
    sort: str = "",
    chips: tuple[Chip, ...] = (),
) -> Rows:
    """The same as a table alone; each row leads to its rows."""
    values = [row[dimension] for row in answer.rows]
    lines = []
    for row in answer.rows:
        own = terms_of(dimension, row[dimension], values, view)
        href = rows_of(scope, *terms, *own, view=view, sort=sort)
        cells = [Cell(words_of(row[dimension]), href)]
        lines.append((*cells, *(Cell(row[name], href) for name, _column in columns)))
    table = Table((Column(words, TEXT), *(column for _name, column in columns)), tuple(lines))
    return Rows(table=table, chips=chips, is_exact=answer.is_exact)


def values_of(answer: Answer, column: str, dimension: str) -> list[Value]:
    """The values of a dimension, the greatest by the sum of the column first, the rest last."""
    totals: dict[Value, float] = {}
    for row in answer.rows:
        totals[row[dimension]] = totals.get(row[dimension], 0.0) + float(row[column] or 0)
    return sorted(totals, key=lambda one: (one is None, -totals[one], str(one)))


def shown_of(answer: Answer, column: str, dimension: str, values: Sequence[Value]) -> list[Value]:
    """Without those of which nothing is known, or the sum is nothing."""
    known = {row[dimension] for row in answer.rows if row[column] is not None}
    if column.startswith(SUMMED):
        known = {row[dimension] for row in answer.rows if row[column]}
    return [one for one in values if one in known] or [*values[:1]]


def words_of(value: Value) -> str:
    """A dimension's value: None is the rest, "" none at all."""
    if value is None:
        return _("other")
    return str(value) if str(value).strip() else _("not set")


def terms_of(
    dimension: str, value: Value, among: Sequence[Value], view: str
) -> tuple[Term | None, ...]:
    """What narrows a list to a value, or to all beyond those that are named."""
    if value is None:
        return terms_beyond(dimension, [one for one in among if one is not None], view)
    return (term_of(dimension, value, view),)


def filled(answer: Answer, column: str) -> list:
    """A column over time with a value for each bucket."""
    return _values(answer, column, {})


def _values(answer: Answer, column: str, of: dict[str, Value]) -> list:
    """Of the rows whose dimensions have the values of `of`."""
    rows = [row for row in answer.rows if of.items() <= row.items()]
    found = {row["time"]: row[column] for row in rows}
    missing = 0 if column.startswith(SUMMED) else None
    return [found.get(at, missing) for at in answer.edges[:-1]]


def _leading(
    scope: Scope, answer: Answer, terms: Sequence[Term | None], view: str, sort: str = ""
) -> dict[str, Any]:
    """Where the points of a series lead: nowhere, where its terms cannot be said."""
    base = base_of(scope, *terms, view=view, sort=sort)
    return {"rows": base, "hrefs": _windows(scope, answer) if base else ()}


def _windows(scope: Scope, answer: Answer) -> list[str]:
    return [window_of(scope, *pair) for pair in pairwise(answer.edges)]


def _before(scope: Scope, answer: Answer, before: Answer, line: Line, view: str) -> Series:
    """The time before, drawn where the shown time is: bucket for bucket from the start."""
    values = filled(before, line.column)
    places = len(answer.edges) - 1
    values = [*values, *[None] * places][:places]
    previous = scope.previous
    return Series(
        name=_("%(name)s before") % {"name": line.words},
        values=values,
        tone="ink-3",
        rows=base_of(previous, *line.terms, view=view, sort=line.sort),
        hrefs=[*_windows(previous, before), *[""] * places][:places] if scope.leads else (),
        is_before=True,
    )


def _span(scope: Scope, answer: Answer) -> Span:
    return Span(scope.since, scope.until, scope.zone, answer.edges)


def _timetable(answer: Answer, made: Sequence[Series], unit: str) -> Table:
    lines = []
    for at, moment in enumerate(answer.edges[:-1]):
        cells = [Cell(moment)]
        for one in made:
            href = f"{one.rows}{one.hrefs[at]}" if one.rows else ""
            cells.append(Cell(one.values[at], href))
        lines.append(tuple(cells))
    columns = (Column(gettext_lazy("Time"), TIME), *(Column(one.name, unit) for one in made))
    return Table(columns, tuple(lines))
