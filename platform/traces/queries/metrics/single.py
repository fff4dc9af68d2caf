"""The first traces by a number, each a row of the answer: all are ordered by that number alone, and
the rest of what is asked is read of those that are shown. Millions of traces with their names and
users are too much for the memory of one query.
"""

from traces.queries.metrics.quantities import Quantity
from traces.queries.metrics.question import TRACES, Measure
from traces.queries.metrics.statement import DECIMALS, Asked

OF_ONE = ("sum", "avg", "min", "max")  # aggregations that give of one thing its own value


def rank_of_traces(asked: Asked) -> tuple[Measure, Quantity] | None:
    """The measure that orders single traces, where each of them is one row of the answer."""
    question = asked.question
    first = next((pair for pair in asked.measured if pair[0].column == asked.order), None)
    is_single = question.by[:1] == ("trace",) and not any(d.is_listed for _n, d in asked.dimensions)
    if question.view != TRACES or question.rest or asked.width or not is_single or not first:
        return None
    return first if first[0].aggregation in OF_ONE else None


def of_one(measure: Measure, quantity: Quantity) -> str:
    """What the aggregation gives of one thing alone."""
    is_whole = measure.aggregation == "sum" and quantity.unit not in DECIMALS
    return quantity.sql if is_whole else f"toFloat64({quantity.sql})"
