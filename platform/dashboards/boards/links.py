"""From a number to its rows: the list of traces or observations with the same filter and window."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse

from dashboards.boards.panel import Scope
from dashboards.boards.units import Value
from traces.queries.filters import DAY
from traces.search.of_dimensions import term_of
from traces.search.terms import Query, Term

TRACES, OBSERVATIONS, SCORES = "traces", "observations", "scores"
SCORE_REACH = 31 * DAY  # as traces.queries.metrics has it


def terms_beyond(
    dimension: str, values: Sequence[Value], view: str = OBSERVATIONS
) -> tuple[Term | None, ...]:
    """What narrows a list to all but these values of a dimension."""
    found = [term_of(dimension, value, view) for value in values]
    known = [one for one in found if one]
    if not known or len(known) < len([one for one in values if str(one).strip()]):
        return (None,)
    return (replace(known[0], values=tuple(one.values[0] for one in known), is_negated=True),)


def rows_of(
    scope: Scope,
    *terms: Term | None,
    view: str = TRACES,
    window: tuple[int, int] | None = None,
    sort: str = "",
) -> str:
    """The list's address, narrowed by the terms beside the scope's own, in the window (nanoseconds)
    or the whole time of the scope. Empty where nothing leads anywhere: on a shared board, and for a
    term that could not be said.
    """
    if not scope.leads or None in terms:
        return ""
    base = _address(scope, [one for one in terms if one], view, sort)
    return base + window_of(scope, *(window or (scope.since, scope.until)), view=view)


def trace_page(scope: Scope, trace_id: str) -> str:
    return reverse("trace-page", args=[scope.project.id, trace_id]) if scope.leads else ""


def base_of(scope: Scope, *terms: Term | None, view: str = TRACES, sort: str = "") -> str:
    """The same without its window, for the points of a series: each adds its own `window_of`."""
    if not scope.leads or None in terms:
        return ""
    return _address(scope, [one for one in terms if one], view, sort)


def window_of(scope: Scope, since: int, until: int, *, view: str = "") -> str:
    """The rest of an address: a window cut to the scope's time. Scores come later than the traces
    that they are of, so theirs begins as early as the metrics look for these.
    """
    since = max(since, scope.since)
    begins = max(0, since - SCORE_REACH) if view == SCORES else since
    return f"from={begins}&to={min(until, scope.until)}"


def _address(scope: Scope, terms: Sequence[Term], view: str, sort: str) -> str:
    query = Query(scope.terms)
    for term in terms:
        if term.is_negated or term.comparison:
            query = query.with_term(term)
        else:
            query = query.with_choice(term.field, term.values, term.key)
    named = {"q": str(query)} if query.terms else {}
    named |= {"kind": "observations"} if view == OBSERVATIONS else {}
    named |= {"sort": sort} if sort else {}
    path = reverse("trace-list", args=[scope.project.id])
    return f"{path}?{urlencode(named)}{'&' if named else ''}"
