"""A result as a file."""

import csv
import io
import json
from typing import Any

from exports.columns import TEXT, Column
from exports.formats import BOM, as_json, cell
from traces.queries.free_sql.ask import Table


def as_csv(table: Table) -> bytes:
    """For spreadsheets: no cell is a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([text_cell(name) for name in table.names])
    writer.writerows([text_cell(written(value)) for value in row] for row in table.rows)
    return BOM + file.getvalue().encode("utf-8", "replace")


def text_cell(text: str) -> str:
    """A negative number is one, and no formula."""
    try:
        float(text)
    except ValueError:
        return cell(text, Column("", TEXT))
    return text


def as_rows(table: Table) -> dict[str, Any]:
    """As the API answers."""
    return {
        "columns": [
            {"name": name, "type": kind}
            for name, kind in zip(table.names, table.types, strict=True)
        ],
        "rows": table.rows,
        "is_cut": table.is_cut,
    }


def as_json_file(table: Table) -> bytes:
    return json.dumps(as_rows(table), ensure_ascii=False).encode("utf-8", "replace")


def written(value: Any) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)
