"""Lines as bytes of a file, part by part: CSV for spreadsheets, JSON Lines and Parquet for
programs.
"""

import csv
import io
import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from exports import parquet
from exports.columns import COUNT, JSON, MONEY, NUMBER, TIME, Column, Line
from exports.models import Format

BOM = "\ufeff".encode()  # without it Excel takes UTF-8 for the system's own encoding
# A spreadsheet would calculate a cell that begins so, and a formula can send off what is beside it.
# The wide ones count as their narrow twins where East Asian languages are set.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSONL: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class Writing(Protocol):
    """A file is `head`, any number of `part`s, and `tail`. What `part` has to remember until then
    is its second value, which `tail` is given in order, each with where its part begins.
    """

    def head(self) -> bytes: ...

    def part(self, lines: list[Line]) -> tuple[bytes, Any]: ...

    def tail(self, parts: list[tuple[int, Any]]) -> bytes: ...


def writing(format_: str, columns: list[Column]) -> Writing:
    return WRITINGS[Format(format_)](columns)


class Csv:
    def __init__(self, columns: list[Column]) -> None:
        self.columns = columns

    def head(self) -> bytes:
        return BOM + self._written([[column.name for column in self.columns]])

    def part(self, lines: list[Line]) -> tuple[bytes, None]:
        return self._written(
            [[cell(line[c.name], c) for c in self.columns] for line in lines]
        ), None

    def tail(self, parts: list[tuple[int, Any]]) -> bytes:
        return b""

    def _written(self, table: list[list[str]]) -> bytes:
        file = io.StringIO(newline="")
        csv.writer(file).writerows(table)
        return file.getvalue().encode("utf-8", "replace")


def cell(value: Any, column: Column) -> str:
    """Empty where nothing is known; text that a spreadsheet would calculate gets a ' before it."""
    if value is None:
        return ""
    if column.kind == JSON:
        return as_json(value)
    if column.kind in (COUNT, NUMBER, MONEY, TIME):
        return str(plain(value, column))
    return f"'{value}" if value.startswith(FORMULA) else value


class JsonLines:
    def __init__(self, columns: list[Column]) -> None:
        self.columns = columns

    def head(self) -> bytes:
        return b""

    def part(self, lines: list[Line]) -> tuple[bytes, None]:
        written = [
            as_json({column.name: plain(line[column.name], column) for column in self.columns})
            for line in lines
        ]
        return "".join(f"{line}\n" for line in written).encode("utf-8", "replace"), None

    def tail(self, parts: list[tuple[int, Any]]) -> bytes:
        return b""


class Parquet:
    """Each part is a row group; the footer tells where they are."""

    def __init__(self, columns: list[Column]) -> None:
        self.columns = [parquet.Column(column.name, column.kind) for column in columns]

    def head(self) -> bytes:
        return parquet.MAGIC

    def part(self, lines: list[Line]) -> tuple[bytes, Any]:
        return parquet.row_group(self.columns, [self._values(line) for line in lines])

    def tail(self, parts: list[tuple[int, Any]]) -> bytes:
        return parquet.footer(self.columns, parts)

    def _values(self, line: Line) -> list:
        return [
            as_json(line[c.name]) if c.kind == JSON and line[c.name] is not None else line[c.name]
            for c in self.columns
        ]


WRITINGS = {Format.CSV: Csv, Format.JSONL: JsonLines, Format.PARQUET: Parquet}


def plain(value: Any, column: Column) -> Any:
    """Times in RFC 3339 to the nanosecond, money as text, so that no reader rounds it."""
    if value is None:
        return None
    if column.kind == TIME:
        whole, rest = divmod(value, 1_000_000_000)
        return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
    return money(value) if column.kind == MONEY else value


def money(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def as_json(value: Any) -> str:
    return json.dumps(_sound(value), ensure_ascii=False, separators=(",", ":"))


def _sound(value: Any) -> Any:
    """As JSON can say it: money as text, and no number that is none."""
    if isinstance(value, dict):
        return {key: _sound(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, Decimal):
        return money(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
