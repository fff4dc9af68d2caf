"""How boards write figures."""

from collections.abc import Sequence
from unicodedata import east_asian_width

from django import template
from django.utils.translation import gettext as _

from dashboards.boards.panel import Cell, Column, Key, Panel, Table, Tile
from dashboards.boards.units import TEXT, TIME, change, moment, written
from traces.queries.metrics.dimensions import METADATA

register = template.Library()

LOWER, HIGHER = "lower", "higher"
# In pixels: a twelfth of a board, a letter, what surrounds a name in a legend, chips and menu.
COLUMN, LETTER, SWATCH, BESIDE = 95, 7, 24, 150


@register.simple_tag
def tile_value(tile: Tile) -> str:
    return written(tile.value, tile.unit)


@register.simple_tag
def tile_change(tile: Tile) -> tuple[str, str]:
    """What changed since the time before, and whether that is good, bad or neither."""
    words = change(tile.value, tile.before, tile.unit)
    if not words or tile.value is None or tile.before is None or tile.value == tile.before:
        return words, ""
    is_lower = tile.value < tile.before
    tones = {LOWER: ("good", "bad"), HIGHER: ("bad", "good")}.get(tile.better, ("", ""))
    return words, tones[0] if is_lower else tones[1]


@register.simple_tag
def before_words(tile: Tile) -> str:
    return _("before: %(value)s") % {"value": written(tile.before, tile.unit)}


@register.simple_tag
def lines(table: Table, zone: str) -> list[list[tuple[Cell, Column, str]]]:
    """The rows of a table with what each cell says."""
    return [
        [
            (cell, column, written(cell.value, cell.unit or column.unit, zone))
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]


@register.filter
def need_a_line(keys: Sequence[Key], panel: Panel) -> bool:
    """Whether the legend is likely too long to stand beside the title, on a wide screen."""
    beside = panel.width * COLUMN - _width(str(panel.title)) - BESIDE
    return sum(_width(str(key.words)) + SWATCH for key in keys) > beside


def _width(words: str) -> int:
    return sum(LETTER * (2 if east_asian_width(one) in "WF" else 1) for one in words)


@register.filter
def is_text(column: Column) -> bool:
    return column.unit in (TEXT, TIME)


@register.filter
def metadata_key(dimension: str) -> str:
    """The key of the metadata that a dimension is, or nothing."""
    return dimension.removeprefix(METADATA) if dimension.startswith(METADATA) else ""


@register.simple_tag
def clock(nanoseconds: int, zone: str) -> str:
    """A moment in the zone of the board, to the minute."""
    return moment(nanoseconds, zone)
