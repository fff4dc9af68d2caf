"""A score over time beside what was to be expected of it."""

from itertools import pairwise
from math import sqrt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.drawing import filled
from dashboards.boards.drawn.quality import COUNTED, MEAN, nothing_judged
from dashboards.boards.figures import LINE, Series, Span
from dashboards.boards.links import SCORES, base_of, window_of
from dashboards.boards.panel import Cell, Chart, Chip, Column, Drawn, Key, Scope, Table
from dashboards.boards.units import TIME
from traces.axes import COUNT, SCORE
from traces.queries.metrics import Measure
from traces.search.of_dimensions import having_score

SURE = 1.96  # standard errors that hold a mean with a probability of 95 %
LEAST = 20  # scores of the time before from which something is expected


def score(scope: Scope) -> Drawn:
    """Of the score that the board is narrowed to, else of that with the most values: its mean, and
    where 95 % of the means of as many scores as the bucket has would lie, had nothing changed since
    the time before (mean ± 1.96 s/√n).
    """
    answer = scope.ask(
        MEAN, COUNTED, view=SCORES, by=("name",), over_time=True, order="count_value", most=1,
        rest=False, scores=(scope.of,) if scope.of else (),
    )  # fmt: skip
    if not any(row["count_value"] for row in answer.rows):
        return nothing_judged(scope)
    name = answer.rows[0]["name"]
    means, counts = filled(answer, "avg_value"), filled(answer, "count_value")
    expected = _expected(scope, name)
    low, high = _band(expected, counts)
    hrefs = [window_of(scope, *pair, view=SCORES) for pair in pairwise(answer.edges)]
    rows = base_of(scope, having_score(name), view=SCORES)
    shown = [Series(name=name, values=means, rows=rows, hrefs=hrefs if rows else ())]
    if expected:
        shown.append(Series(name=_("expected at least"), values=low, tone="ink-3", is_before=True))
        shown.append(Series(name=_("expected at most"), values=high, tone="ink-3", is_before=True))
    span = Span(scope.since, scope.until, scope.zone, answer.edges)
    lines = [
        (Cell(at), Cell(mean, f"{rows}{href}" if rows else ""), *map(Cell, rest))
        for at, mean, href, *rest in zip(
            answer.edges, means, hrefs, low, high, counts, strict=False
        )
    ]
    columns = (
        Column(gettext_lazy("Time"), TIME),
        Column(name, SCORE),
        Column(gettext_lazy("Expected at least"), SCORE),
        Column(gettext_lazy("Expected at most"), SCORE),
        Column(gettext_lazy("Scores"), COUNT),
    )
    return Chart(
        figure=figures.over_time(LINE, answer.edges[:-1], shown, SCORE, span=span),
        table=Table(columns, tuple(lines)),
        keys=tuple(Key(one.name, one.tone) for one in shown),
        chips=(_chip(counts, is_expected=bool(expected)),),
        is_exact=answer.is_exact,
    )


def _chip(counts: list, *, is_expected: bool) -> Chip:
    words = _("n = %(n)s") % {"n": f"{sum(counts):,}"}
    title = _("So many scores make this course.")
    if not is_expected:
        title += " " + _("Nothing is expected of it: the time before has too few scores.")
    return Chip(words=words, title=title)


def _expected(scope: Scope, name: str) -> tuple[float, float] | None:
    """Mean and standard deviation of the time before; None where that tells too little."""
    measures = MEAN, Measure("value_squared", "avg"), COUNTED
    before = scope.previous.ask(*measures, view=SCORES, scores=(name,))
    if (before.one("count_value") or 0) < LEAST:
        return None
    mean = before.one("avg_value")
    return mean, sqrt(max(0.0, before.one("avg_value_squared") - mean * mean))


def _band(expected: tuple[float, float] | None, counts: list) -> tuple[list, list]:
    nothing: list = [None] * len(counts)
    if not expected:
        return nothing, nothing
    mean, spread = expected
    wide = [SURE * spread / sqrt(n) if n else None for n in counts]
    low = [None if one is None else mean - one for one in wide]
    return low, [None if one is None else mean + one for one in wide]
