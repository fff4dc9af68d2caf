"""What it costs, whom and what for."""

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import time_before
from dashboards.boards.deriving import derived, narrowed, ratio, total
from dashboards.boards.drawing import listing, split
from dashboards.boards.drawn.unpriced import UNPRICED, nothing_spent, unknown_costs, unpriced_chip
from dashboards.boards.figures import STACK
from dashboards.boards.links import OBSERVATIONS, TRACES, trace_page
from dashboards.boards.panel import Cell, Chip, Column, Drawn, Rows, Scope, Table
from dashboards.boards.summing import Part, tiles_of
from dashboards.boards.units import TEXT
from traces.axes import COUNT, DOLLARS, SHARE, TOKENS
from traces.queries.metrics import Answer, Measure
from traces.queries.metrics.dimensions import METADATA
from traces.search.terms import Term

MOST_VALUES, MOST_BEFORE, MOST_TRACES = 12, 200, 12
BY: dict[str, str | Promise] = {
    "model": gettext_lazy("Model"),
    "user": gettext_lazy("User"),
    "session": gettext_lazy("Session"),
    "metadata.team": gettext_lazy("Team"),
    "metadata.feature": gettext_lazy("Feature"),
    "environment": gettext_lazy("Environment"),
    "prompt": gettext_lazy("Prompt"),
    "prompt_version": gettext_lazy("Version of the prompt"),
    "tag": gettext_lazy("Tag"),
    "provider": gettext_lazy("Provider"),
    "name": gettext_lazy("Span name"),
    "trace_name": gettext_lazy("Name of the trace"),
    "release": gettext_lazy("Release"),
}
SPENT = Term("has", ("cost",))
# What SDKs say of a trace as a whole, often in a row of its own.
OF_TRACE = ("user", "session", "tag", "trace_name", "release")
SUM_OF_COST, PRICED = Measure("cost", "sum"), Measure("priced", "sum")


def view_of(dimension: str) -> str:
    """Whose costs are summed: all calls of the traces that a user or a team has are theirs."""
    return TRACES if dimension in OF_TRACE or dimension.startswith(METADATA) else OBSERVATIONS


def _whole_traces(scope: Scope) -> tuple[Chip, ...]:
    """A filter finds traces then, of which more is summed than what it found in them."""
    if view_of(scope.by) != TRACES or not scope.terms:
        return ()
    told = _(
        "This is said of traces as a whole: of the traces that the filter finds, all calls count."
    )
    return (Chip(words=_("whole traces"), title=told),)


def figures_now(scope: Scope) -> Drawn:
    measures = (
        SUM_OF_COST,
        PRICED,
        UNPRICED,
        Measure("priced_tokens", "sum"),
        Measure("cached_tokens", "sum"),
        Measure("input_tokens", "sum"),
    )
    now = scope.ask(*measures, over_time=True)
    if not any(total(now, PRICED.column, UNPRICED.column)):
        return nothing_spent()
    before = scope.previous.ask(*measures) if scope.compares else None
    return tiles_of(
        scope,
        now,
        before,
        (
            _spent(gettext_lazy("Cost"), SUM_OF_COST.column),
            _spent(gettext_lazy("Per call"), SUM_OF_COST.column, PRICED.column),
            _spent(
                gettext_lazy("Per 1,000 tokens"), SUM_OF_COST.column, "sum_priced_tokens", times=1e3
            ),
            Part(
                gettext_lazy("Input from the cache"),
                SHARE,
                ("sum_cached_tokens", "sum_input_tokens"),
                better="higher",
            ),
        ),
    )


def _spent(words: str | Promise, *columns: str, times: float = 1) -> Part:
    return Part(words, DOLLARS, columns, times, better="lower", terms=(SPENT,), sort="cost")


def over_time(scope: Scope) -> Drawn:
    """By the board's dimension."""
    view = view_of(scope.by)
    answer = scope.ask(SUM_OF_COST, UNPRICED, view=view, by=(scope.by,), over_time=True, most=8)
    unpriced = total(answer, UNPRICED.column)[0]
    chips = _whole_traces(scope)
    if unpriced:
        chips = (unpriced_chip(scope, int(unpriced)), *chips)
    if not total(answer, SUM_OF_COST.column)[0]:
        return replace(unknown_costs(scope) if unpriced else nothing_spent(), chips=chips)
    spent = {row[scope.by] for row in answer.rows if row[SUM_OF_COST.column]}
    shown = narrowed(answer, lambda row: row[scope.by] in spent)
    before = time_before(scope, answer, SUM_OF_COST, view=view)
    return split(
        scope,
        shown,
        SUM_OF_COST.column,
        scope.by,
        DOLLARS,
        kind=STACK,
        view=view,
        chips=chips,
        before=before,
    )


def by_value(scope: Scope) -> Drawn:
    """The values of the board's dimension, with what they cost in the time before."""
    measures = (
        SUM_OF_COST,
        PRICED,
        Measure("priced_tokens", "sum"),
        Measure("tokens", "sum"),
        UNPRICED,
    )
    view = view_of(scope.by)
    answer = scope.ask(*measures, view=view, by=(scope.by,), most=MOST_VALUES)
    if not any(total(answer, PRICED.column, UNPRICED.column)):
        return nothing_spent()
    answer = derived(
        narrowed(answer, lambda row: row[PRICED.column] or row[UNPRICED.column]),
        cost=lambda row: _("unknown") if row["sum_cost"] is None else row["sum_cost"],
        per_call=lambda row: ratio(row["sum_cost"], row[PRICED.column]),
        per_thousand=lambda row: ratio(row["sum_cost"], row["sum_priced_tokens"], 1000),
    )
    columns = [
        ("cost", Column(gettext_lazy("Cost"), DOLLARS)),
        ("per_call", Column(gettext_lazy("Per call"), DOLLARS)),
        ("per_thousand", Column(gettext_lazy("Per 1,000 tokens"), DOLLARS)),
        ("sum_tokens", Column(gettext_lazy("Tokens"), TOKENS)),
        ("sum_unpriced", Column(gettext_lazy("Unpriced calls"), COUNT)),
    ]
    if scope.compares:
        answer = _with_before(scope, answer)
        columns.insert(1, ("before", Column(gettext_lazy("Cost before"), DOLLARS)))
    words = BY.get(scope.by, scope.by)
    chips = _whole_traces(scope)
    return listing(scope, answer, scope.by, columns, words, view=view, sort="cost", chips=chips)


def _with_before(scope: Scope, answer: Answer) -> Answer:
    before = scope.previous.ask(
        SUM_OF_COST, view=view_of(scope.by), by=(scope.by,), most=MOST_BEFORE, rest=False
    )
    found = {row[scope.by]: row["sum_cost"] for row in before.rows}
    absent = 0 if (before.series or 0) <= MOST_BEFORE else None
    return derived(
        answer,
        before=lambda row: None if row[scope.by] is None else found.get(row[scope.by], absent),
    )


def dearest(scope: Scope) -> Drawn:
    """The traces that cost most, each a link to itself."""
    answer = scope.ask(
        SUM_OF_COST,
        Measure("tokens", "sum"),
        UNPRICED,
        view=TRACES,
        by=("trace", "name", "user"),
        most=MOST_TRACES,
        rest=False,
    )
    found = [row for row in answer.rows if row[SUM_OF_COST.column] is not None]
    if not found:
        return nothing_spent()
    columns = (
        Column(gettext_lazy("Trace"), TEXT),
        Column(gettext_lazy("User"), TEXT),
        Column(gettext_lazy("Cost"), DOLLARS),
        Column(gettext_lazy("Tokens"), TOKENS),
        Column(gettext_lazy("Unpriced calls"), COUNT),
    )
    lines = []
    for row in found:
        href = trace_page(scope, row["trace"])
        named = Cell(row["name"] or row["trace"][:8], href)
        numbers = (row[name] for name in (SUM_OF_COST.column, "sum_tokens", UNPRICED.column))
        lines.append((named, Cell(row["user"], href), *(Cell(one, href) for one in numbers)))
    return Rows(table=Table(columns, tuple(lines), is_cut=(answer.series or 0) > len(found)))
