"""The rows of a file, read as a stream: CSV with a header, or one JSON object a line. Pure."""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from evals.datasets.kept import MAX_CHARACTERS
from traces.api.parameters import NO_TEXT

CSV, JSONL = "csv", "jsonl"
MAX_BYTES = 50 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 100
MAX_COLUMN = 100  # characters of its name
LOOKED_AT = 200  # rows of JSON in which columns are looked for
PREVIEWED = 10
# Spreadsheets in Korea write the second one.
ENCODINGS = ("utf-8-sig", "cp949")
DELIMITERS = (",", ";", "\t")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # old Macs end them with a lone CR

# A row may be as long as a file; how long a field may be is checked when it has been read, since a
# reader that stops within one would take what follows for rows. For the whole process.
csv.field_size_limit(MAX_BYTES)


class Unreadable(ValueError):
    """The message says what is wrong with the file and what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read."""

    format: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Where it begins, and its values by column, or what is wrong with it. `text` is the row as it
    stands in the file, without the end of its last line.
    """

    line: int
    values: dict[str, Any]
    problem: str = ""
    text: str = ""


def layout_of(name: str, parts: Iterable[bytes]) -> Layout:
    """What a file says of itself. `parts` is gone through more than once. Raises Unreadable."""
    encoding = _encoding_of(parts)
    if name.lower().endswith((".jsonl", ".ndjson", ".json")):
        return Layout(JSONL, encoding, "", _columns_of_json(parts, encoding))
    lines = lines_of(parts, encoding)
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise Unreadable(_("The file is empty."))
    delimiter = max(DELIMITERS, key=first.count)
    header = next(csv.reader(_from_first(first, lines), delimiter=delimiter))
    return Layout(CSV, encoding, delimiter, _named(header))


def _from_first(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _named(header: list[str]) -> tuple[str, ...]:
    """Each column under a name of its own."""
    if len(header) > MOST_COLUMNS:
        words = _("The file has %(count)s columns. %(most)s are the most it may have.")
        raise Unreadable(words % {"count": len(header), "most": MOST_COLUMNS})
    found: list[str] = []
    for number, given in enumerate(header, 1):
        name = given.replace("\0", "").strip()[:MAX_COLUMN] or _("column %(n)s") % {"n": number}
        found.append(name if name not in found else f"{name} ({number})")
    return tuple(found)


def _encoding_of(parts: Iterable[bytes]) -> str:
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for part in parts:
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(_("The file is not in UTF-8. Save it as “CSV UTF-8”, then upload it again."))


def lines_of(parts: Iterable[bytes], encoding: str) -> Iterator[str]:
    """With their ends, as a CSV reader wants them."""
    begun: list[str] = []
    for text in _texts_of(parts, encoding):
        for piece in LINE.findall(text):
            begun.append(piece)
            if piece.endswith(("\r", "\n")):
                yield "".join(begun)
                begun = []
    if begun:
        yield "".join(begun)


def _texts_of(parts: Iterable[bytes], encoding: str) -> Iterator[str]:
    """None of them ends between a CR and its LF."""
    decoder = codecs.getincrementaldecoder(encoding)()
    whole = io.IncrementalNewlineDecoder(decoder, translate=False)
    for part in parts:
        yield whole.decode(part)
    yield whole.decode(b"", final=True)


def rows_of(parts: Iterable[bytes], layout: Layout) -> Iterator[Row]:
    lines = lines_of(parts, layout.encoding)
    return _rows_of_json(lines) if layout.format == JSONL else _rows_of_csv(lines, layout)


def _rows_of_csv(lines: Iterator[str], layout: Layout) -> Iterator[Row]:
    read: list[str] = []  # since the row before: a quoted cell may go over several
    reader = csv.reader(_noted(lines, read), delimiter=layout.delimiter)
    begins, is_header = 1, True
    for cells in reader:
        line, begins = begins, reader.line_num + 1
        text = "".join(read).rstrip("\r\n")
        read.clear()
        if not any(cell.strip() for cell in cells):
            continue
        if is_header:
            is_header = False
        else:
            yield replace(_row_of_cells(line, cells, layout.columns), text=text)


def _noted(lines: Iterator[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def cells_of(text: str, delimiter: str) -> list[str]:
    """Those of one row of a CSV, as many as there are."""
    rows = csv.reader(lines_of([text.encode()], "utf-8"), delimiter=delimiter)
    return next(rows, [])


def _row_of_cells(line: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    if len(cells) != len(columns):
        words = _("The row has %(count)s cells, and the header %(most)s. Is a quote missing?")
        return Row(line, {}, words % {"count": len(cells), "most": len(columns)})
    if any(len(cell) > MAX_CHARACTERS for cell in cells):
        words = _("A cell has more than %(most)s characters.")
        return Row(line, {}, words % {"most": f"{MAX_CHARACTERS:,}"})
    return Row(line, {name: _cell(cell) for name, cell in zip(columns, cells, strict=True)})


def _cell(text: str) -> Any:
    """An object or a list where it is one; anything else is the text that stands there."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _rows_of_json(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield replace(_row_of_json(number, line), text=line.rstrip("\r\n"))


def _row_of_json(number: int, line: str) -> Row:
    if len(line) > 4 * MAX_CHARACTERS:
        return Row(number, {}, _("The line is too long."))
    try:
        value = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return Row(number, {}, _("The line is no JSON: %(what)s") % {"what": str(error)[:200]})
    if not isinstance(value, dict):
        return Row(number, {}, _("The line is no JSON object."))
    if any(NO_TEXT.search(key) for key in value):
        return Row(number, {}, _("A key must not hold NULs or half characters."))
    return Row(number, value)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _columns_of_json(parts: Iterable[bytes], encoding: str) -> tuple[str, ...]:
    rows = islice(_rows_of_json(lines_of(parts, encoding)), LOOKED_AT)
    found: dict[str, None] = {}
    for row in rows:
        found |= dict.fromkeys(key for key in row.values if len(key) <= MAX_COLUMN)
    if not found:
        raise Unreadable(_("No line of the file is a JSON object: one is expected on each line."))
    if len(found) > MOST_COLUMNS:
        words = _("The objects have %(count)s keys. %(most)s are the most they may have.")
        raise Unreadable(words % {"count": len(found), "most": MOST_COLUMNS})
    return tuple(found)


def counted(rows: Iterable[Row]) -> int:
    """Raises Unreadable where they are none, or too many."""
    count = sum(1 for _row in islice(rows, MOST_ROWS + 1))
    if not count:
        raise Unreadable(_("The file has no rows below its header."))
    if count > MOST_ROWS:
        words = _("The file has more than %(most)s rows. Split it, and upload the parts.")
        raise Unreadable(words % {"most": f"{MOST_ROWS:,}"})
    return count
