"""Figures that follow from those of an answer. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dashboards.boards.valued import SUMMED
from traces.queries.metrics import Answer

Row = dict[str, Any]
Key = tuple[Any, ...]


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


def pivoted(answer: Answer, column: str, keys: Sequence[str]) -> tuple[Answer, dict[Key, str]]:
    """Over time, with a column for each combination of the keys' values, the greatest first, and
    what these columns are called. The rest of all combinations has the key (None, …).
    """
    sums: dict[Key, float] = {}
    for row in answer.rows:
        key = tuple(row[name] for name in keys)
        sums[key] = sums.get(key, 0.0) + float(row[column] or 0)
    order = sorted(sums, key=lambda key: (None in key, -sums[key], str(key)))
    names = {key: f"{column}.{number}" for number, key in enumerate(order)}
    rows: dict[Any, Row] = {}
    for row in answer.rows:
        made = rows.setdefault(row["time"], {"time": row["time"], **dict.fromkeys(names.values())})
        made[names[tuple(row[name] for name in keys)]] = row[column]
    if column.startswith(SUMMED):
        for made in rows.values():
            made |= {name: 0 for name in names.values() if made[name] is None}
    return replace(answer, rows=list(rows.values())), names
