"""The file of a panel's table."""

from dashboards.boards.csv_file import csv_of
from dashboards.boards.panel import Cell, Column, Table
from dashboards.boards.units import TEXT
from traces.axes import COUNT, DOLLARS


def test_numbers_are_plain_and_what_is_unknown_is_empty():
    columns = Column("Model", TEXT), Column("Cost", DOLLARS), Column("Calls", COUNT)
    rows = (
        (Cell("gpt-4o"), Cell(0.1 + 0.51), Cell(3.0)),
        (Cell("=unknown"), Cell("unknown"), Cell(None)),
    )
    lines = csv_of(Table(columns, rows), "UTC").decode("utf-8-sig").split()
    assert lines == ["Model,Cost,Calls", "gpt-4o,0.61,3", "'=unknown,,"]
