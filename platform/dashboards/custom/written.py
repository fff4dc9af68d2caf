"""Boards as JSON: what is exported, imported and kept. Never code; every field is known, and every
text and list bounded.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboards.custom.widget import Measured, Widget, problems

FORMAT = 1
MAX_BYTES = 200_000
MAX_NAME, MAX_DESCRIPTION, MOST_WIDGETS = 80, 400, 24


class Unreadable(ValueError):
    """The text is no board; the message, for people, says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Draft:
    name: str
    description: str
    widgets: tuple[Widget, ...]


def as_dict(widget: Widget) -> dict[str, Any]:
    """Without its key, which is its own on one board only."""
    return {
        "title": widget.title,
        "chart": str(widget.chart),
        "view": widget.view,
        "measures": [{"measure": name, "aggregation": how} for name, how in widget.measures],
        "by": list(widget.by),
        "filter": widget.filter,
        "score": widget.score,
        "bucket": widget.bucket,
        "most": widget.most,
        "width": widget.width,
    }


def written(draft: Draft) -> str:
    told = {
        "sonde_board": FORMAT,
        "name": draft.name,
        "description": draft.description,
        "widgets": [as_dict(one) for one in draft.widgets],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Draft:
    """Raises Unreadable."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        words = _("A board has at most %(most)s kB of JSON.")
        raise Unreadable(words % {"most": MAX_BYTES // 1000})
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        words = _("This is not JSON: see line %(line)s, column %(column)s.")
        raise Unreadable(words % {"line": error.lineno, "column": error.colno}) from None
    except Unreadable:
        raise
    except (ValueError, RecursionError):
        raise Unreadable(_("This is not JSON that Sonde wrote.")) from None
    return _draft(found)


def _draft(found: Any) -> Draft:
    place = _("the board")
    board = _fields(found, place, {"sonde_board", "name", "widgets"}, {"description"})
    if type(board["sonde_board"]) is not int or board["sonde_board"] != FORMAT:
        words = _("“sonde_board” says the version of the format: this Sonde reads %(version)s.")
        raise Unreadable(words % {"version": FORMAT})
    name = _text(board, "name", place, MAX_NAME).strip()
    if not name:
        raise Unreadable(_("The board has no name."))
    description = _text(board, "description", place, MAX_DESCRIPTION)
    for field, text in (("name", name), ("description", description)):
        if not text.isprintable():
            words = _("In %(place)s: “%(field)s” has invisible characters.")
            raise Unreadable(words % {"place": place, "field": field})
    widgets = _list(board, "widgets", place, MOST_WIDGETS)
    return Draft(
        name,
        description,
        tuple(_checked(one, number) for number, one in enumerate(widgets, 1)),
    )


def _checked(found: Any, number: int) -> Widget:
    place = _("widget %(number)s") % {"number": number}
    widget = from_dict(found, place)
    for problem in problems(widget):
        raise Unreadable(
            _("In %(place)s, “%(field)s”: %(words)s")
            % {"place": place, "field": problem.field, "words": problem.words}
        )
    return widget


def from_dict(found: Any, place: str) -> Widget:
    """A widget whose fields are of the right kinds; whether they go together is not asked."""
    optional = {"by", "filter", "score", "bucket", "most", "width"}
    fields = _fields(found, place, {"title", "chart", "view", "measures"}, optional)
    measures = []
    for one in _list(fields, "measures", place, 12):
        measure = _fields(one, place, {"measure", "aggregation"}, set())
        texts = (_text(measure, name, place, 60) for name in ("measure", "aggregation"))
        measures.append(Measured(*texts))
    by = _list(fields, "by", place, 12)
    for one in by:
        _is(isinstance(one, str) and len(one) <= 220, "by", place)
    return Widget(
        title=_text(fields, "title", place, 400),
        chart=_text(fields, "chart", place, 20),
        view=_text(fields, "view", place, 20),
        measures=tuple(measures),
        by=tuple(by),
        filter=_text(fields, "filter", place, 8000),
        score=_text(fields, "score", place, 800),
        bucket=_text(fields, "bucket", place, 20),
        most=_whole(fields, "most", place, 10),
        width=_whole(fields, "width", place, 6),
    )


def _fields(found: Any, place: str, needed: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable(_("In %(place)s: an object with fields is needed.") % {"place": place})
    if unknown := sorted({*found} - needed - optional):
        told = {"place": place, "field": unknown[0][:40]}
        raise Unreadable(_("In %(place)s: there is no field “%(field)s”.") % told)
    if missing := sorted(needed - {*found}):
        told = {"place": place, "field": missing[0]}
        raise Unreadable(_("In %(place)s: the field “%(field)s” is missing.") % told)
    return found


def _text(fields: dict[str, Any], name: str, place: str, most: int) -> str:
    value = fields.get(name, "")
    _is(isinstance(value, str) and len(value) <= most and _is_sound(value), name, place)
    return value


def _is_sound(text: str) -> bool:
    """Postgres takes neither NUL nor halves of surrogate pairs."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def _list(fields: dict[str, Any], name: str, place: str, most: int) -> list[Any]:
    value = fields.get(name, [])
    _is(isinstance(value, list) and len(value) <= most, name, place)
    return value


def _whole(fields: dict[str, Any], name: str, place: str, default: int) -> int:
    value = fields.get(name, default)
    _is(type(value) is int and 0 <= value <= 1000, name, place)
    return value


def _is(is_right: bool, name: str, place: str) -> None:
    if not is_right:
        told = {"place": place, "field": name}
        words = _("In %(place)s: “%(field)s” is too long, or of the wrong kind.")
        raise Unreadable(words % told)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(_("A field stands there twice."))
    return found


def _no_number(text: str) -> Callable:
    raise Unreadable(_("“%(text)s” is no number.") % {"text": text})
