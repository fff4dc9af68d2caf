"""A dataset as a file: JSON lines or CSV, row by row."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from evals.datasets.models import ItemVersion
from evals.datasets.typed import as_text
from exports.formats import FORMULA

COLUMNS = (
    "id", "input", "expected_output", "metadata", "splits", "status",
    "source_trace_id", "source_observation_id",
)  # fmt: skip


def lines_of_json(items: Iterable[ItemVersion]) -> Iterator[str]:
    for item in items:
        row = {
            "id": item.item_id,
            "input": item.input,
            "expected_output": item.expected_output,
            "metadata": item.metadata,
            "splits": item.splits,
            "status": item.status,
            "source_trace_id": item.source_trace_id or None,
            "source_observation_id": item.source_observation_id or None,
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def lines_of_csv(items: Iterable[ItemVersion]) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)  # spreadsheets take it for UTF-8 by this
    for item in items:
        values = (as_text(getattr(item, name)) for name in ("input", "expected_output", "metadata"))
        yield _line(
            [
                item.item_id,
                *values,
                ", ".join(item.splits),
                item.status,
                item.source_trace_id,
                item.source_observation_id,
            ]
        )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(one) for one in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """What a spreadsheet would run as a formula is kept from it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
