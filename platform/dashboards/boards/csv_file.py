"""A panel's table as a file for spreadsheets."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboards.boards.panel import Cell, Table
from dashboards.boards.units import NS, TIME
from exports.columns import TEXT, Column
from exports.formats import BOM, cell, money


def csv_of(table: Table, zone: str) -> bytes:
    """With the bytes that tell Excel it is UTF-8. No cell is a formula; times are ISO 8601 with
    the zone's offset, seconds and dollars plain numbers, shares between 0 and 1.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_text(str(column.words)) for column in table.columns])
    for row in table.rows:
        units = [column.unit for column in table.columns]
        writer.writerow([_written(one, unit, zone) for one, unit in zip(row, units, strict=True)])
    return BOM + file.getvalue().encode("utf-8", "replace")


def _written(one: Cell, unit: str, zone: str) -> str:
    value = one.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    if unit == TIME:
        return datetime.fromtimestamp(int(value) // NS, ZoneInfo(zone)).isoformat()
    return money(value) if isinstance(value, Decimal) else repr(value)


def _text(value: str) -> str:
    return cell(value, Column("", TEXT))
