"""From a widget to what its panel draws, with the figures and links of ready-made boards."""

from collections.abc import Callable
from dataclasses import replace

from dashboards.boards import figures
from dashboards.boards.drawing import EMPTY, Line, course, listing, ranked, split
from dashboards.boards.figures import AREA, BAR, LINE, STACK, tone
from dashboards.boards.panel import Chart, Column, Drawn, Panel, Scope
from dashboards.boards.registry import Board
from dashboards.boards.spread import heat_map, histogram
from dashboards.boards.tiling import Figure, tiles
from dashboards.custom import crossed
from dashboards.custom.crossed import in_order, said
from dashboards.custom.keeping import widgets_of
from dashboards.custom.models import CustomBoard
from dashboards.custom.naming import about, by_words, measure_words
from dashboards.custom.widget import Chart as Kind
from dashboards.custom.widget import Measured, Widget, problems
from dashboards.custom.words import CLOCK, unit_of
from traces.queries.metrics import SCORES, Answer, Measure, Unanswerable
from traces.search.grammar import parsed
from traces.search.of_dimensions import having_score
from traces.search.terms import Term

PREFIX = "custom-"
KINDS = {Kind.LINE: LINE, Kind.AREA: AREA, Kind.STACKED: STACK, Kind.BAR: BAR}
# What the list has beside the filter for a number that counts only some, and in which order.
FAILED = {"errors": Term("level", ("ERROR",)), "warnings": Term("level", ("WARNING",))}
SORTED = {"latency": "latency", "cost": "cost"}
# What a measure is called in the query bar.
FIELDS = {
    name: name
    for name in ("latency", "cost", "tokens", "input_tokens", "output_tokens", "ttft", "spans")
}


def board_from(board: CustomBoard) -> Board:
    panels = tuple(panel_from(one) for one in widgets_of(board))
    return Board(f"{PREFIX}{board.pk}", board.name, panels, about=board.description)


def panel_from(widget: Widget) -> Panel:
    height = "tiles" if widget.chart == Kind.NUMBER else "chart"
    return Panel(
        widget.key, widget.title, about(widget), widget.width, drawing(widget), height=height
    )


def drawing(widget: Widget) -> Callable[[Scope], Drawn]:
    """Raises Unanswerable where the widget cannot be drawn."""

    def draw(scope: Scope) -> Drawn:
        for problem in problems(widget):
            raise Unanswerable(problem.words)
        own = parsed(widget.filter).terms
        return DRAWS[Kind(widget.chart)](
            replace(
                scope,
                terms=(*scope.terms, *(one for one in own if one not in scope.terms)),
                bucket=widget.bucket or scope.bucket,
                scores=(widget.score,) if widget.score else (),
            ),
            widget,
        )

    return draw


def _terms(widget: Widget, measure: Measured | None = None) -> tuple[Term, ...]:
    """What lists are narrowed by beside the filter."""
    found = [having_score(widget.score)] if widget.score and widget.view == SCORES else []
    if measure and measure.name in FAILED and measure.aggregation == "sum":
        found.append(FAILED[measure.name])
    return tuple(found)


def _asked(scope: Scope, widget: Widget, *, over_time: bool = False) -> Answer:
    measures = [Measure(*one) for one in widget.measures]
    most = max([widget.most, *(CLOCK.get(name, 0) for name in widget.by)])
    answer = scope.ask(*measures, view=widget.view, by=widget.by, over_time=over_time, most=most)
    return _in_words(answer, widget)


def _in_words(answer: Answer, widget: Widget) -> Answer:
    """Hours and days of the week by their names, in their order."""
    for name in (one for one in widget.by if one in CLOCK):
        places = {one: at for at, one in enumerate(in_order(name, [*{*answer.column(name)}]))}
        rows = answer.rows
        if answer.bucket is None:
            rows = sorted(rows, key=lambda row: places[row[name]])
        answer = replace(answer, rows=[{**row, name: said(name, row[name])} for row in rows])
    return answer


def _timed(scope: Scope, widget: Widget) -> Drawn:
    answer = _asked(scope, widget, over_time=True)
    unit = unit_of(widget.view, *widget.measures[0])
    kind = KINDS[Kind(widget.chart)]
    first = widget.measures[0]
    if widget.by:
        column = Measure(*first).column
        terms = _terms(widget, first)
        return split(
            scope, answer, column, widget.by[0], unit, kind=kind, view=widget.view, terms=terms
        )
    lines = [
        Line(
            column=Measure(*one).column,
            words=measure_words(widget.view, one),
            tone=tone(at + 1),
            terms=_terms(widget, one),
            sort=SORTED.get(one.name, ""),
        )
        for at, one in enumerate(widget.measures)
    ]
    before = None
    if scope.compares and kind in (LINE, BAR) and len(lines) == 1:
        before = _asked(scope.previous, widget, over_time=True)
    return course(scope, answer, lines, unit, kind=kind, view=widget.view, before=before)


def _bars(scope: Scope, widget: Widget) -> Drawn:
    if not widget.by:
        return _timed(scope, widget)
    [measure] = widget.measures
    return ranked(
        scope,
        _asked(scope, widget),
        widget.by[0],
        _columns(widget),
        by_words(widget.view, widget.by[0]),
        view=widget.view,
        terms=_terms(widget, measure),
    )


def _columns(widget: Widget) -> list[tuple[str, Column]]:
    return [
        (Measure(*one).column, Column(measure_words(widget.view, one), unit_of(widget.view, *one)))
        for one in widget.measures
    ]


def _pie(scope: Scope, widget: Widget) -> Drawn:
    answer = _asked(scope, widget)
    [(column, shown)] = _columns(widget)
    known = replace(answer, rows=[row for row in answer.rows if row[column]])
    if not known.rows:
        return EMPTY
    name, terms = widget.by[0], _terms(widget, widget.measures[0])
    words = by_words(widget.view, name)
    table = listing(
        scope, known, name, [(column, shown)], words, view=widget.view, terms=terms
    ).table
    figure = figures.pie(
        [str(row[0].value) for row in table.rows],
        [row[1].value for row in table.rows],  # type: ignore[misc]
        shown.unit,
        [row[0].href for row in table.rows],
    )
    # There is no legend beside it. Names of slices that are too narrow for them are in the table.
    figure["data"][0] |= {"textinfo": "label+percent", "textposition": "inside"}
    figure["layout"]["uniformtext"] = {"mode": "hide", "minsize": 10}
    return Chart(figure=figure, table=table, is_exact=answer.is_exact)


def _number(scope: Scope, widget: Widget) -> Drawn:
    shown = [
        Figure(
            Measure(*one),
            measure_words(widget.view, one),
            unit_of(widget.view, *one),
            terms=_terms(widget, one),
            sort=SORTED.get(one.name, ""),
        )
        for one in widget.measures
    ]
    return tiles(scope, shown, view=widget.view)


def _histogram(scope: Scope, widget: Widget) -> Drawn:
    [measure] = widget.measures
    return histogram(
        scope,
        scope.ask(Measure(*measure), view=widget.view),
        Measure(*measure).column,
        unit_of(widget.view, *measure),
        words=by_words(widget.view, ""),
        field=FIELDS.get(measure.name, ""),
        view=widget.view,
        terms=_terms(widget),
    )


def _heat(scope: Scope, widget: Widget) -> Drawn:
    [measure] = widget.measures
    if widget.by:
        return crossed.heat(scope, widget, _head(widget), _terms(widget, measure))
    return heat_map(
        scope,
        scope.ask(Measure(*measure), view=widget.view, over_time=True),
        Measure(*measure).column,
        unit_of(widget.view, *measure),
        words=by_words(widget.view, ""),
        field=FIELDS.get(measure.name, ""),
        view=widget.view,
        terms=_terms(widget),
    )


def _pivot(scope: Scope, widget: Widget) -> Drawn:
    if len(widget.by) > 1:
        return crossed.pivot(scope, widget, _head(widget), _terms(widget, widget.measures[0]))
    answer = _asked(scope, widget)
    if not answer.rows:
        return EMPTY
    [name] = widget.by
    words = by_words(widget.view, name)
    return listing(
        scope, answer, name, _columns(widget), words, view=widget.view, terms=_terms(widget)
    )


def _head(widget: Widget) -> str:
    return " / ".join(str(by_words(widget.view, one)) for one in widget.by)


DRAWS: dict[Kind, Callable[[Scope, Widget], Drawn]] = {
    Kind.LINE: _timed,
    Kind.AREA: _timed,
    Kind.STACKED: _timed,
    Kind.BAR: _bars,
    Kind.PIE: _pie,
    Kind.NUMBER: _number,
    Kind.HISTOGRAM: _histogram,
    Kind.HEAT: _heat,
    Kind.PIVOT: _pivot,
}
