"""From an answer of the metrics to what a panel draws, with the rows behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.figures import AREA, LINE, STACK, Series, Span, tone
from dashboards.boards.links import OBSERVATIONS, base_of, rows_of, window_of
from dashboards.boards.panel import Cell, Chart, Chip, Column, Key, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT, TIME, Value
from dashboards.boards.valued import SUMMED, shown_of, terms_of, values_of, words_of
from traces.queries.metrics import Answer
from traces.search.terms import Term

ALL = "all"  # the column of what a stack is high
MOST_LINES = 3  # of a chart that are drawn for the time before too; of more, the table tells
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
    which the first is drawn behind it: of a stack its height, in the column ALL.
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
        of = Line(column=ALL, words=_("all")) if kind in (STACK, AREA) else lines[0]
        shown.append(_before(scope, answer, before, of, view))
    figure = figures.over_time(kind, answer.edges[:-1], shown, unit, span=_span(scope, answer))
    return Chart(
        figure=figure,
        table=_timetable(answer, shown, unit),
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
    before: Answer | None = None,
) -> Chart | Nothing:
    """A measure over time by a dimension: a series for each value, the greatest first. `before` is
    the answer for the scope's previous time: of a stack without the dimension, as one line; else
    by it, a line for each value, which the table alone has where they are more than MOST_LINES.
    """
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
    past = []
    if before is not None and kind == STACK:
        line = Line(column=column, words=_("all"), terms=terms)
        past = [_before(scope, answer, before, line, view)]
    elif before is not None:
        past = _each_before(scope, answer, before, made, column, dimension, view)
    shown = [*made, *past] if len(past) <= MOST_LINES else made
    return Chart(
        figure=figures.over_time(kind, answer.edges[:-1], shown, unit, span=_span(scope, answer)),
        table=_timetable(answer, [*made, *past], unit),
        keys=tuple(Key(one.name, one.tone) for one in shown),
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
    return {"rows": base, "hrefs": _windows(scope, answer, view) if base else ()}


def _windows(scope: Scope, answer: Answer, view: str) -> list[str]:
    return [window_of(scope, *pair, view=view) for pair in pairwise(answer.edges)]


def _before(scope: Scope, answer: Answer, before: Answer, line: Line, view: str) -> Series:
    """The time before, drawn where the shown time is: bucket for bucket from the start."""
    places = len(answer.edges) - 1
    previous = scope.previous
    return Series(
        name=_("%(name)s before") % {"name": line.words},
        values=_cut(filled(before, line.column), places, None),
        tone="ink-3",
        rows=base_of(previous, *line.terms, view=view, sort=line.sort),
        hrefs=_cut(_windows(previous, before, view), places, "") if scope.leads else (),
        is_before=True,
    )


def _each_before(
    scope: Scope,
    answer: Answer,
    before: Answer,
    made: Sequence[Series],
    column: str,
    dimension: str,
    view: str,
) -> list[Series]:
    """Of the values that are shown and that there were: in their colours, and to the same rows."""
    places = len(answer.edges) - 1
    hrefs = _cut(_windows(scope.previous, before, view), places, "")
    there = {words_of(row[dimension]): row[dimension] for row in before.rows}
    return [
        Series(
            name=_("%(name)s before") % {"name": one.name},
            values=_cut(_values(before, column, {dimension: there[one.name]}), places, None),
            tone=one.tone,
            rows=one.rows,
            hrefs=hrefs if one.rows else (),
            is_before=True,
        )
        for one in made
        if one.name in there
    ]


def _cut(values: Sequence[Any], places: int, nothing: str | None) -> list:
    """So many of them; what is missing is nothing."""
    return [*values, *[nothing] * places][:places]


def _span(scope: Scope, answer: Answer) -> Span:
    return Span(scope.since, scope.until, scope.zone, answer.edges)


def _timetable(answer: Answer, made: Sequence[Series], unit: str) -> Table:
    lines = []
    for at, moment in enumerate(answer.edges[:-1]):
        cells = [Cell(moment)]
        for one in made:
            is_leading = one.rows and one.hrefs[at]
            cells.append(Cell(one.values[at], f"{one.rows}{one.hrefs[at]}" if is_leading else ""))
        lines.append(tuple(cells))
    columns = (Column(gettext_lazy("Time"), TIME), *(Column(one.name, unit) for one in made))
    return Table(columns, tuple(lines))
