"""The rows of an upload that were refused, as a file to mend them in."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evals.datasets.files import harmless
from evals.datasets.models import RefusedRow, Upload
from evals.datasets.uploads.reading import cells_of

AT_ONCE = 100  # a row may be as long as a file


@dataclass(frozen=True, slots=True)
class Written:
    extension: str
    content_type: str
    lines: Iterator[str]


def written(upload: Upload) -> Written:
    """In the format that was uploaded, read from the store as it is sent."""
    rows = RefusedRow.objects.filter(upload=upload).values_list("line", "reason", "content")
    kept = (
        (line, reason, bytes(content).decode())
        for line, reason, content in rows.iterator(chunk_size=AT_ONCE)
    )
    if upload.delimiter:
        lines = lines_of_csv(kept, upload.columns, upload.delimiter)
        return Written("csv", "text/csv; charset=utf-8", lines)
    return Written("jsonl", "application/x-ndjson", lines_of_json(kept))


Refused = Iterable[tuple[int, str, str]]


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines_of_csv(refused: Refused, columns: list[str], delimiter: str) -> Iterator[str]:
    """Below the file's own header, the line and the reason before it. A row of too many or too few
    cells has as many here.
    """
    writer = csv.writer(Echo(), delimiter=delimiter)
    yield "\ufeff" + writer.writerow(map(harmless, ["line", "reason", *columns]))
    for line, reason, text in refused:
        cells = (harmless(one) for one in (reason, *cells_of(text, delimiter)))
        yield writer.writerow([line, *cells])


def lines_of_json(refused: Refused) -> Iterator[str]:
    """`row` is the value of the line, or its text where that is no JSON."""
    for line, reason, text in refused:
        told = {"line": line, "reason": reason}
        try:
            yield _line(told | {"row": json.loads(text)})
        except (ValueError, RecursionError):
            yield _line(told | {"row": text})


def _line(told: dict[str, Any]) -> str:
    """Raises ValueError of what JSON has no word for. Half a character stays an escape."""
    said = json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"
    return said.encode("utf-8", "backslashreplace").decode()
