"""The metrics layer's answer in the shape of Langfuse's. Pure."""

from collections.abc import Callable
from typing import Any

from dashboards.api.langfuse.names import Measured
from dashboards.api.langfuse.query import TIME_FIELD, Asked
from traces.api.moments import iso
from traces.queries.metrics import TIME, Answer, Measure

# What is no text there. A score's value is what ClickHouse makes a text of: 1 for a true one.
WRITTEN: dict[str, Callable[[str], Any]] = {
    "isRootObservation": lambda said: said == "true",
    "booleanValue": lambda said: said == "1",
    "promptVersion": int,
    "value": float,
}


def rows_of(asked: Asked, answer: Answer) -> list[dict[str, Any]]:
    rows = [_row(asked, row) for row in answer.rows]
    for field, ascending in reversed(asked.order):  # each sort keeps the order of the one before
        known = [row for row in rows if row[field] is not None]
        known.sort(key=lambda row: row[field], reverse=not ascending)
        rows = known + [row for row in rows if row[field] is None]
    return rows[: asked.rows]


def _row(asked: Asked, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if TIME in row:
        found[TIME_FIELD] = iso(row[TIME])
    for field in asked.fields:
        said = row[asked.view.dimensions[field]] or None
        found[field] = said and WRITTEN.get(field, str)(said)
    for name, aggregation in asked.metrics:
        measured = asked.view.measures[name]
        value = row[Measure(measured.name, aggregation).column]
        found[f"{aggregation}_{name}"] = _value(value, measured, aggregation, asked.bins)
    return found


def _value(value: Any, measured: Measured, aggregation: str, bins: int) -> Any:
    if value is None or aggregation in ("count", "uniq"):
        return value
    if aggregation == "histogram":
        return histogram(value, measured.factor, bins)
    return value * measured.factor if measured.factor != 1 else value


def histogram(blocks: list[dict[str, Any]], factor: int, bins: int) -> list[list[float]]:
    """[from, to, count] of at most so many bins: neighbours are put together where there are more.
    Their edges are round in the logarithm, so they are not of one width.
    """
    each = -(-len(blocks) // bins) or 1
    groups = [blocks[at : at + each] for at in range(0, len(blocks), each)]
    return [
        [some[0]["low"] * factor, some[-1]["high"] * factor, sum(one["count"] for one in some)]
        for some in groups
    ]
