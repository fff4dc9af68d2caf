"""Which traces are asked for, and what that means in SQL.

A trace matches when, for every term, at least one of its spans matches (or none, where the term is
negated); comparisons are of its sums. Values are bound, never pasted.
"""

import sys
from dataclasses import dataclass
from typing import Any

from traces.queries.clauses import Clause, clause
from traces.queries.text import TEXT_OF_SPAN, TEXT_OF_TRACE
from traces.search.terms import Term

NS = 1_000_000_000
HOUR = 3600 * NS
DAY = 24 * HOUR
# How far from its first row a trace's other rows are looked for, when traces are listed. The trace
# page looks everywhere. At 10 million spans the users of a day took 3.7 s with 31 days, 0.3 s so.
REACH = 3 * DAY
# A filter sees the spans that begin this long after their trace: deep pages would otherwise scan
# all that came later.
FILTER_REACH = 6 * HOUR
FIRST, LAST = 0, 2**63 - 1  # all times that the store can hold: 1970 to 2262


def reaching(since: int, until: int) -> dict[str, Any]:
    """The bounds of a time and of what may lie around it, as `low` and `high`."""
    return {"low": max(FIRST, since - REACH), "high": min(LAST, until + REACH)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFilter:
    """Times are nanoseconds, `until` excluded; a trace belongs to the time at which its first row
    starts.
    """

    since: int
    until: int
    terms: tuple[Term, ...] = ()


def _compiled(wanted: TraceFilter) -> tuple[list[Clause], dict[str, Any]]:
    values: dict[str, Any] = {}

    def bind(value: object, kind: str) -> str:
        name = f"q{len(values)}"
        values[name] = value
        return f"{{{name}:{kind}}}"

    return [clause(term, bind) for term in wanted.terms], values


def parameters(wanted: TraceFilter) -> dict[str, Any]:
    """The bound values of all fragments below. These need `project_id`, `low` and `high` too."""
    return _compiled(wanted)[1]


def marks(wanted: TraceFilter) -> str:
    """Columns of exact rows, one for each term that spans fulfil, for `having` to look at."""
    clauses, _values = _compiled(wanted)
    return "".join(
        f", ({one.of_span}) AS m{number}" for number, one in enumerate(clauses) if one.of_span
    )


def having(wanted: TraceFilter, *, exact: bool) -> str:
    """The filter over a trace's grouped rows; inexact, it may let through what the exact one
    refuses, never the reverse.
    """
    clauses, _values = _compiled(wanted)
    found = ["1"]
    for number, one in enumerate(clauses):
        if exact and (one.of_span or one.of_trace):
            spans = f"countIf(m{number}) > 0"
            found.append(_signed(one, (one.of_trace or "{spans}").replace("{spans}", spans)))
        elif not exact and one.before:
            found.append(one.before)
        elif not exact and one.of_span and not one.of_trace and not one.is_negated:
            found.append(f"countIf({one.of_span}) > 0")
    return " AND ".join(found)


def conditions(wanted: TraceFilter) -> list[str]:
    """Each term by itself over a trace's grouped rows, as far as these tell: what its id or its
    texts fulfil is true, negated or not.
    """
    clauses, _values = _compiled(wanted)
    found = []
    for one in clauses:
        if one.of_id or one.text:
            found.append("1")
            continue
        spans = f"countIf({one.of_span}) > 0" if one.of_span else "1"
        found.append(_signed(one, (one.of_trace or "{spans}").replace("{spans}", spans)))
    return found


def _signed(one: Clause, condition: str) -> str:
    return f"NOT ({condition})" if one.is_negated else f"({condition})"


def narrowing(wanted: TraceFilter, *, most_texts: int = sys.maxsize) -> str:
    """Narrows to the traces that an index or their scores tell, before anything is grouped. Of
    texts the longest count, which the fewest have.
    """
    clauses, _values = _compiled(wanted)
    both = list(zip(clauses, wanted.terms, strict=True))
    both.sort(key=lambda pair: -len(pair[1].values[0]) if pair[0].text else 0)
    texts = [one for one, _term in both if one.text and not one.is_negated][:most_texts]
    narrowed = ""
    for one in clauses:
        if one.of_id:
            narrowed += f" AND {_signed(one, one.of_id)}"
        elif one.is_indexed:
            narrowed += f" AND trace_id IN ({_traces_with(one.of_span)})"
        elif one in texts:
            by_text = _traces_with(TEXT_OF_SPAN.format(pattern=one.text))
            by_trace = _traces_with(TEXT_OF_TRACE.format(pattern=one.text))
            narrowed += f" AND (trace_id IN ({by_text}) OR trace_id IN ({by_trace}))"
    return narrowed


def text_having(wanted: TraceFilter) -> str:
    """The terms of text over the exact rows of a trace, or nothing."""
    clauses, _values = _compiled(wanted)
    either = f"({TEXT_OF_SPAN} OR {TEXT_OF_TRACE})"
    return " AND ".join(
        _signed(one, f"countIf({either.format(pattern=one.text)}) > 0")
        for one in clauses
        if one.text
    )


def _traces_with(condition: str) -> str:
    return f"""
        SELECT trace_id FROM spans AS s
        WHERE project_id = {{project_id:String}}
          AND start_time >= fromUnixTimestamp64Nano({{low:Int64}}, 'UTC')
          AND start_time < fromUnixTimestamp64Nano({{high:Int64}}, 'UTC')
          AND {condition}
    """
