"""Figures that follow from those of an answer. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from traces.queries.metrics import Answer

Row = dict[str, Any]


def derived(answer: Answer, **columns: Callable[[Row], Any]) -> Answer:
    """With more columns, each worked out from the row as it was."""
    rows = [{**row, **{name: of(row) for name, of in columns.items()}} for row in answer.rows]
    return replace(answer, rows=rows)


def total(answer: Answer, *columns: str) -> list[float]:
    """The sums of columns over all rows; what is unknown adds nothing."""
    return [sum(float(row[name] or 0) for row in answer.rows) for name in columns]


def ratio(part: float | None, whole: float | None, times: float = 1) -> float | None:
    """None where either is unknown, or there is nothing to divide by."""
    return None if part is None or not whole else part / whole * times


def narrowed(answer: Answer, is_wanted: Callable[[Row], Any]) -> Answer:
    """With the rows that are wanted alone."""
    return replace(answer, rows=[row for row in answer.rows if is_wanted(row)])
