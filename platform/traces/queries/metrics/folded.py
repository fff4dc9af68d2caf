"""Rows added up to one, where their measures can be: sums and counts, the least and the greatest.
An average or a percentile has to be made of the things themselves.
"""

from collections.abc import Callable
from typing import Any

from traces.queries.metrics.statement import Asked

FOLDS: dict[str, Callable[[list], Any]] = {"sum": sum, "count": sum, "min": min, "max": max}


def is_foldable(asked: Asked) -> bool:
    return all(measure.aggregation in FOLDS for measure, _quantity in asked.measured)


def folded(asked: Asked, rows: list[dict]) -> dict[str, Any]:
    """Unknown only where all of them are."""
    found: dict[str, Any] = {}
    for number, (measure, _quantity) in enumerate(asked.measured):
        known = [value for row in rows if (value := row[f"m{number}"]) is not None]
        found[f"m{number}"] = FOLDS[measure.aggregation](known) if known else None
    return found
