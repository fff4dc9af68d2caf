"""Narrowing by what dimensions say, in whichever view: conditions beside those of the terms."""

from typing import Any

from django.utils.translation import gettext as _

from traces.queries.metrics.dimensions import Dimension
from traces.queries.metrics.question import Only, Question, Unanswerable
from traces.queries.metrics.statement import dimension_named

MOST_CONDITIONS = 20
MOST_VALUES = 200
# Over a dimension {x}, a text or a list of texts, and the bound values {v}.
HOWS = {
    "any of": ("{x} IN {v}", "hasAny({v}, {x})"),
    "none of": ("{x} NOT IN {v}", "NOT hasAny({v}, {x})"),
    "all of": ("arrayAll(v -> v = {x}, {v})", "hasAll({x}, {v})"),
    "contains": ("arrayExists(v -> position({x}, v) > 0, {v})", ""),
    "does not contain": ("NOT arrayExists(v -> position({x}, v) > 0, {v})", ""),
    "starts with": ("arrayExists(v -> startsWith({x}, v), {v})", ""),
    "ends with": ("arrayExists(v -> endsWith({x}, v), {v})", ""),
}


def narrowing(question: Question, values: dict[str, Any]) -> str:
    """SQL to follow a WHERE, with a space before it; what it needs is bound in `values`. Raises
    Unanswerable.
    """
    if len(question.only) > MOST_CONDITIONS:
        message = _("Narrow by %(most)s conditions at most.")
        raise Unanswerable(message % {"most": MOST_CONDITIONS})
    return "".join(
        f" AND {_condition(question.view, one, f'only{number}', values)}"
        for number, one in enumerate(question.only)
    )


def _condition(view: str, one: Only, name: str, values: dict[str, Any]) -> str:
    _name, dimension = dimension_named(view, one.dimension, values)
    how = HOWS.get(one.how, ("", ""))[dimension.is_listed]
    if not how or not 0 < len(one.values) <= MOST_VALUES:
        message = _("“%(name)s” cannot be narrowed by “%(how)s” of %(count)s values.")
        told = {"name": one.dimension[:60], "how": one.how[:40], "count": len(one.values)}
        raise Unanswerable(message % told)
    values[name] = list(one.values)
    return f"({how.format(x=_text(dimension), v=f'{{{name}:Array(String)}}')})"


def _text(dimension: Dimension) -> str:
    if dimension.is_listed:
        return f"arrayMap(x -> toString(x), {dimension.sql})"
    return f"toString({dimension.sql})"
