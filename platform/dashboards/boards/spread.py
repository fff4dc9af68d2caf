"""How values spread: histograms, and heat maps of them over time, with the rows of each bin."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.drawing import EMPTY
from dashboards.boards.figures import Bin, Series
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Cell, Chart, Chip, Column, Key, Nothing, Scope, Table
from dashboards.boards.units import TIME, moment, written
from traces.axes import COUNT
from traces.queries.metrics import Answer, Measure
from traces.queries.metrics.statement import BINS
from traces.search.terms import Term

Bins = dict[float, dict[str, float]]


def bins_before(scope: Scope, measure: Measure, **asked: Any) -> Answer | None:
    """The histogram of the time before; None where the board does not compare."""
    return scope.previous.ask(measure, **asked) if scope.compares else None


def histogram(
    scope: Scope,
    answer: Answer,
    column: str,
    unit: str,
    *,
    words: str | Promise,
    field: str = "",
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
    chips: tuple[Chip, ...] = (),
    before: Answer | None = None,
) -> Chart | Nothing:
    """Of a column of histograms. `field` names the number in the query bar, where it has one;
    `words` what is counted. The bins of the time `before` are a line across them.
    """
    found = _by_low(answer.one(column) or [])
    if not found:
        return EMPTY
    past = _by_low((before.one(column) if before else None) or [])
    shown = _counted({**past, **found}, unit)
    now, then = ({low: one["count"] for low, one in some.items()} for some in (found, past))
    bins = [
        Bin(low, high, now.get(at, 0), _rows(scope, field, low, high, view, terms))
        for at, low, high in shown
    ]
    counts = [then.get(at, 0) for at, _low, _high in shown] if before else []
    name = _("%(name)s before") % {"name": words}
    columns = [
        Column(gettext_lazy("From"), unit),
        Column(gettext_lazy("To"), unit),
        Column(words, COUNT),
        *([Column(name, COUNT)] if before else []),
    ]
    lines = [
        (Cell(one.low), Cell(one.high), Cell(one.count, one.href), *map(Cell, counts[at : at + 1]))
        for at, one in enumerate(bins)
    ]
    behind = Series(name=name, values=counts, tone="ink-3", is_before=True)
    return Chart(
        figure=figures.histogram(bins, unit, name=str(words), past=behind if before else None),
        table=Table(tuple(columns), tuple(lines)),
        keys=(Key(str(words), "accent"), Key(name, "ink-3")) if before else (),
        chips=chips,
        is_exact=answer.is_exact,
    )


def heat_map(
    scope: Scope,
    answer: Answer,
    column: str,
    unit: str,
    *,
    words: str | Promise,
    field: str,
    view: str = OBSERVATIONS,
    terms: tuple[Term, ...] = (),
) -> Chart | Nothing:
    """The same over time: a column of fields for each bucket, a row for each bin."""
    by_time = {row["time"]: _by_low(row[column] or []) for row in answer.rows}
    shown = _span({low: one for found in by_time.values() for low, one in found.items()})
    if not shown:
        return EMPTY
    times = answer.edges[:-1]
    windows = list(zip(answer.edges, answer.edges[1:], strict=False))
    counts, hrefs, lines = [], [], []
    for low, high in shown:
        counted = [by_time.get(at, {}).get(low, {}).get("count") for at in times]
        links = [_rows(scope, field, low, high, view, terms, window) for window in windows]
        counts.append(counted)
        hrefs.append(links)
        for at, count, href in zip(times, counted, links, strict=True):
            if count:
                lines.append((Cell(at), Cell(low), Cell(high), Cell(count, href)))
    lines.sort(key=lambda line: (line[0].value, line[1].value))
    names = [f"{written(low, unit)} – {written(high, unit)}" for low, high in shown]
    labels = [moment(at, scope.zone).partition("-")[2] for at in times]
    columns = (
        Column(gettext_lazy("Time"), TIME),
        Column(gettext_lazy("From"), unit),
        Column(gettext_lazy("To"), unit),
        Column(words, COUNT),
    )
    return Chart(
        figure=figures.heat(labels, names, counts, COUNT, hrefs=hrefs if scope.leads else ()),
        table=Table(columns, tuple(lines)),
        is_exact=answer.is_exact,
    )


def _by_low(bins: Sequence[dict[str, float]]) -> Bins:
    return {one["low"]: one for one in bins if one["count"]}


def _counted(found: Bins, unit: str) -> list[tuple[float, float, float]]:
    """Where the bins begin, and their bounds as they are said: of whole numbers whole."""
    bins = [(low, low, high) for low, high in _span(found)]
    if unit != COUNT:
        return bins
    whole = [(at, float(ceil(low)), float(ceil(high))) for at, low, high in bins]
    return [one for one in whole if one[1] < one[2]]


def _span(found: Bins) -> list[tuple[float, float]]:
    """The bounds of all bins from the first that holds something to the last."""
    if not found:
        return []
    first, last = BINS.index(min(found)), BINS.index(max(found))
    ends = [*BINS[1:], BINS[-1]]
    return list(zip(BINS[first : last + 1], ends[first : last + 1], strict=True))


def _rows(
    scope: Scope,
    field: str,
    low: float,
    high: float,
    view: str,
    terms: tuple[Term, ...],
    window: tuple[int, int] | None = None,
) -> str:
    if not field:
        return ""
    bounds = (
        Term(field, (_plain(low),), comparison=">="),
        Term(field, (_plain(high),), comparison="<"),
    )
    return rows_of(scope, *terms, *bounds, view=view, window=window)


def _plain(number: float) -> str:
    """Without an exponent, as the query bar reads numbers."""
    return f"{Decimal(repr(number)):f}"
