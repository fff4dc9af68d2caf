"""What SDKs say of a trace as a whole, often in a row of its own: a board that is narrowed by it
counts the calls of these traces, whichever of them repeats it.
"""

from collections.abc import Sequence

from traces.queries.metrics import Only
from traces.search.terms import Term

# Fields of the query bar, and the dimension of calls that has what their trace is shown with.
DIMENSIONS = {
    "user": "trace.user",
    "session": "trace.session",
    "tag": "trace.tag",
    "release": "trace.release",
    "trace_name": "trace.name",
}
HOWS = {("", False): "any of", ("", True): "none of"}
TEXT_HOWS = {("~", False): "contains", ("~", True): "does not contain"}


def told_apart(terms: Sequence[Term]) -> tuple[tuple[Term, ...], tuple[Only, ...]]:
    """What is left to ask of each call, and what to ask of its trace."""
    found = [(term, _how(term)) for term in terms]
    return (
        tuple(term for term, how in found if not how),
        tuple(Only(DIMENSIONS[term.field], term.values, how) for term, how in found if how),
    )


def _how(term: Term) -> str:
    """How a call's trace is narrowed by the term; nothing, where it is of the call itself."""
    if term.field not in DIMENSIONS:
        return ""
    hows = HOWS if term.field == "tag" else {**HOWS, **TEXT_HOWS}
    return hows.get((term.comparison, term.is_negated), "")
