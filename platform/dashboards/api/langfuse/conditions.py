"""The filters of a query of Langfuse's metrics API, as the metrics layer takes them. Pure."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ValidationError

from dashboards.api.langfuse.names import View
from traces.api.moments import nanoseconds
from traces.queries.metrics import SCORES, Only
from traces.search.terms import Term

HOWS = {
    "string": {
        "=": "any of",
        "<>": "none of",
        "contains": "contains",
        "does not contain": "does not contain",
        "starts with": "starts with",
        "ends with": "ends with",
    },
    "stringOptions": {"any of": "any of", "none of": "none of"},
    "arrayOptions": {"any of": "any of", "none of": "none of", "all of": "all of"},
    "boolean": {"=": "any of", "<>": "none of"},
}
HOWS["stringObject"] = HOWS["string"]
LARGEST = 10**15  # what floats still count one by one
NUMBERS = {"=": "", ">": ">", "<": "<", ">=": ">=", "<=": "<="}
# How a dimension says false and true.
FLAGS = {"": ("false", "true"), "booleanValue": ("0", "1")}
Narrowed = tuple[tuple[Only, ...], tuple[Term, ...]]


def conditions_in(filters: list[dict[str, Any]], view: View) -> Narrowed:
    """What they say of dimensions and of measures; of the time see narrowed_time."""
    only: list[Only] = []
    terms: list[Term] = []
    if view.data_types:
        only.append(Only("data_type", view.data_types))
    for one in filters:
        if _is_of_time(one, view):
            continue
        if one.get("type") == "number":
            terms.append(_term(one, view))
        else:
            only.append(_only(one, view))
    return tuple(only), tuple(terms)


def _is_of_time(one: dict[str, Any], view: View) -> bool:
    column = one.get("column")
    return isinstance(column, str) and column in view.times


def _only(one: dict[str, Any], view: View) -> Only:
    kind, operator = one.get("type"), one.get("operator")
    how = HOWS.get(str(kind), {}).get(str(operator))
    if how is None:
        raise ValidationError(
            f"A filter of the type {str(kind)[:30]} has no operator {str(operator)[:30]}."
            f" The types are {', '.join(HOWS)}, number and datetime."
        )
    return Only(_dimension(one, view), _values(one), how)


def _dimension(one: dict[str, Any], view: View) -> str:
    column, key = one.get("column"), one.get("key")
    if one.get("type") == "stringObject":
        if column != "metadata" or not isinstance(key, str) or not key:
            raise ValidationError("A stringObject filter is on the column metadata and has a key.")
        return f"metadata.{key}"
    if not isinstance(column, str) or column not in view.dimensions:
        raise ValidationError(
            f"There is no column {str(column)[:40]} to filter by: it is one of"
            f" {', '.join(view.dimensions)}, metadata and {', '.join(sorted(view.times))}."
        )
    return view.dimensions[column]


def _values(one: dict[str, Any]) -> tuple[str, ...]:
    value = one.get("value")
    if isinstance(value, bool):
        return FLAGS.get(str(one.get("column")), FLAGS[""])[value : value + 1]
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise ValidationError("A filter's value must be a text, a flag or a list of texts.")


def _term(one: dict[str, Any], view: View) -> Term:
    column, value = one.get("column"), one.get("value")
    measured = view.measures.get(str(column))
    if measured is None or not measured.term or view.name == SCORES:
        known = [name for name, found in view.measures.items() if found.term]
        told = f"one of {', '.join(known)}" if known else "none in this view"
        raise ValidationError(f"A number can be narrowed in these columns: {told}.")
    comparison = NUMBERS.get(str(one.get("operator")))
    if comparison is None or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ValidationError(
            f"A number filter has an operator of {', '.join(NUMBERS)}"
            f" and a number of at most {LARGEST}."
        )
    return Term(measured.term, (f"{value / measured.factor:.15g}",), comparison=comparison)


def narrowed_time(
    filters: list[dict[str, Any]], view: View, since: int, until: int
) -> tuple[int, int]:
    """What filters on the time leave of it. The rows are those that start in the range."""
    for one in filters:
        if not _is_of_time(one, view):
            continue
        at = nanoseconds(one["value"]) if isinstance(one.get("value"), str) else None
        bound = BOUNDS.get(str(one.get("operator")))
        if one.get("type") != "datetime" or at is None or bound is None:
            raise ValidationError("A datetime filter has an ISO 8601 value and one of < <= > >=.")
        since, until = bound(since, until, at)
    if since >= until:
        raise ValidationError("The filters on the time leave nothing of it.")
    return since, until


Bound = Callable[[int, int, int], tuple[int, int]]
BOUNDS: dict[str, Bound] = {
    ">": lambda since, until, at: (max(since, at + 1), until),
    ">=": lambda since, until, at: (max(since, at), until),
    "<": lambda since, until, at: (since, min(until, at)),
    "<=": lambda since, until, at: (since, min(until, at + 1)),
}
