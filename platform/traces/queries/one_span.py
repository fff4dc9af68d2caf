"""What each term of a query means where observations are listed by themselves."""

from traces.queries.clauses import (
    HAS_OF_SPAN,
    HAS_SCORE,
    OF_ONE,
    UNENDED,
    Bind,
    compared,
    is_one,
    of_score,
    of_span,
    scored,
)
from traces.queries.text import TEXT_OF_SPAN, TEXT_OF_TRACE, like_pattern
from traces.queries.told import is_told, of_observation
from traces.search.terms import TEXT, Term


def of_one(term: Term, bind: Bind) -> str:
    """The term over one row of spans."""
    field = term.field
    if field == TEXT:
        pattern = bind(like_pattern(term.values[0]), "String")
        found = f"{TEXT_OF_SPAN} OR {TEXT_OF_TRACE}".format(pattern=pattern)
    elif field == "name":
        found = is_one("s.name", term, bind)
    elif field == "id":
        found = f"({is_one('s.trace_id', term, bind)} OR {is_one('s.span_id', term, bind)})"
    elif field == "scores":
        found = scored(of_score(term, bind), of_span=True)
    elif field in OF_ONE:
        found = compared(OF_ONE[field], term, bind)
    elif field == "has":
        found = _has(term)
    elif is_told(term):
        found = of_observation(term, bind)
    else:
        found = of_span(term, bind)
    return f"NOT ({found})" if term.is_negated else f"({found})"


def _has(term: Term) -> str:
    parts = [HAS_OF_SPAN[value] for value in term.values if value in HAS_OF_SPAN]
    parts += [scored(HAS_SCORE[one], of_span=True) for one in term.values if one in HAS_SCORE]
    parts += [f"NOT {UNENDED}"] if "end" in term.values else []
    return " OR ".join(f"({part})" for part in parts)
