"""The time before, as charts and tables have it beside what is shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboards.boards.deriving import derived
from dashboards.boards.drawing import ALL
from dashboards.boards.panel import Scope
from traces.queries.metrics import Answer, Measure

MOST_BEFORE = 200  # values of the time before among which those that are shown are looked up


def time_before(scope: Scope, answer: Answer, *measures: Measure, **asked: Any) -> Answer | None:
    """The same in the time before, in buckets as wide; None where the board does not compare."""
    if not scope.compares:
        return None
    previous = replace(scope.previous, bucket=answer.bucket or scope.bucket)
    return previous.ask(*measures, over_time=True, **asked)


def summed(answer: Answer | None, columns: Sequence[str]) -> Answer | None:
    """With a column of what a stack of these columns is high; unknown where all of them are."""
    return answer and derived(answer, **{ALL: lambda row: _sum([row[one] for one in columns])})


def values_before(scope: Scope, answer: Answer, *by: str, of: Measure, **asked: Any) -> Answer:
    """With the column `before`: the measure of the same values of dimensions in the time before.
    It is unknown where they were not among the first of that time, and of the rest.
    """
    if not scope.compares:
        return answer
    before = scope.previous.ask(of, by=by, most=MOST_BEFORE, rest=False, **asked)
    [column] = [one.name for one in before.columns if one.kind == "measure"]
    found = {tuple(row[one] for one in by): row[column] for row in before.rows}
    return derived(answer, before=lambda row: found.get(tuple(row[one] for one in by)))


def _sum(values: Sequence[Any]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if known else None
