"""A panel's table as a file for spreadsheets."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from dashboards.boards import units
from dashboards.boards.panel import Cell, Table
from dashboards.boards.units import NS, TIME
from exports.columns import TEXT, Column
from exports.formats import BOM, cell, money
from traces.axes import COUNT, TOKENS


def csv_of(table: Table, zone: str) -> bytes:
    """With the bytes that tell Excel it is UTF-8. No cell is a formula; times are ISO 8601 with
    the zone's offset, seconds and dollars plain numbers, shares between 0 and 1. Where rows have
    units of their own, the last column names them.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    own = [_own_unit(row) for row in table.rows]
    is_mixed = any(own)
    head = [_text(str(column.words)) for column in table.columns]
    writer.writerow([*head, _("Unit")] if is_mixed else head)
    kinds = [column.unit for column in table.columns]
    for row, of_row in zip(table.rows, own, strict=True):
        line = [_written(one, one.unit or unit, zone) for one, unit in zip(row, kinds, strict=True)]
        writer.writerow([*line, of_row] if is_mixed else line)
    return BOM + file.getvalue().encode("utf-8", "replace")


def _own_unit(row: tuple[Cell, ...]) -> str:
    return next((one.unit for one in row if one.unit), "")


def _written(one: Cell, unit: str, zone: str) -> str:
    value = one.value
    if value is None:
        return ""
    if isinstance(value, str):  # a number that a page calls unknown is an empty cell
        return _text(value) if unit == units.TEXT else ""
    if unit == TIME:
        return datetime.fromtimestamp(int(value) // NS, ZoneInfo(zone)).isoformat()
    if isinstance(value, Decimal):
        return money(value)
    is_whole = unit in (COUNT, TOKENS) and float(value).is_integer()
    return repr(int(value) if is_whole else float(f"{value:.15g}"))  # 0.61, no 0.6100000000000001


def _text(value: str) -> str:
    return cell(value, Column("", TEXT))
