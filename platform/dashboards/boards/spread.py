"""How values spread: histograms, and heat maps of them over time, with the rows of each bin."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.drawing import EMPTY
from dashboards.boards.figures import Bin
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Cell, Chart, Chip, Column, Nothing, Scope, Table
from dashboards.boards.units import COUNT, TIME, moment, written
from traces.queries.metrics import Answer
from traces.queries.metrics.statement import BINS
from traces.search.terms import Term

Bins = dict[float, dict[str, float]]


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
) -> Chart | Nothing:
    """Of a column of histograms. `field` names the number in the query bar, where it has one;
    `words` what is counted.
    """
    found = _by_low(answer.one(column) or [])
    if not found:
        return EMPTY
    bins = [
        Bin(low, high, count, _rows(scope, field, low, high, view, terms))
        for low, high, count in _counted(found, unit)
    ]
    columns = (
        Column(gettext_lazy("From"), unit),
        Column(gettext_lazy("To"), unit),
        Column(words, COUNT),
    )
    lines = [(Cell(one.low), Cell(one.high), Cell(one.count, one.href)) for one in bins]
    return Chart(
        figure=figures.histogram(bins, unit, name=str(words)),
        table=Table(columns, tuple(lines)),
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
    """The bins and how much each holds. Bounds of whole numbers are whole."""
    counted = [(low, high, found.get(low, {}).get("count", 0)) for low, high in _span(found)]
    if unit != COUNT:
        return counted
    whole = [(ceil(low), ceil(high), count) for low, high, count in counted]
    return [one for one in whole if one[0] < one[1]]


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
