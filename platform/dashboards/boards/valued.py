"""The values of a dimension in an answer: in which order, in which words, and how lists are
narrowed to them. Pure.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from dashboards.boards.links import terms_beyond
from dashboards.boards.units import Value
from traces.queries.metrics import Answer
from traces.search.of_dimensions import term_of
from traces.search.terms import Term

# A bucket of which the answer has no row: none of these, and of the others unknown.
SUMMED = ("sum_", "count_", "uniq_")


def values_of(answer: Answer, column: str, dimension: str) -> list[Value]:
    """The values of a dimension, the greatest by the sum of the column first, the rest last."""
    totals: dict[Value, float] = {}
    for row in answer.rows:
        totals[row[dimension]] = totals.get(row[dimension], 0.0) + float(row[column] or 0)
    return sorted(totals, key=lambda one: (one is None, -totals[one], str(one)))


def shown_of(answer: Answer, column: str, dimension: str, values: Sequence[Value]) -> list[Value]:
    """Without those of which nothing is known, or the sum is nothing."""
    known = {row[dimension] for row in answer.rows if row[column] is not None}
    if column.startswith(SUMMED):
        known = {row[dimension] for row in answer.rows if row[column]}
    return [one for one in values if one in known] or [*values[:1]]


def words_of(value: Value) -> str:
    """A dimension's value: None is the rest, "" none at all."""
    if value is None:
        return _("other")
    return str(value) if str(value).strip() else _("not set")


def terms_of(
    dimension: str, value: Value, among: Sequence[Value], view: str
) -> tuple[Term | None, ...]:
    """What narrows a list to a value, or to all beyond those that are named."""
    if value is None:
        return terms_beyond(dimension, [one for one in among if one is not None], view)
    return (term_of(dimension, value, view),)
