"""Bringing a file, and making its rows items: in slices, safe to be killed at any moment."""

from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import IO, Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from evals.datasets import items
from evals.datasets.items import By, NewItem, Refused
from evals.datasets.kept import Unkept, kept
from evals.datasets.models import Dataset, FilePart, RefusedRow, Upload, UploadedFile
from evals.datasets.schemas import Checking, checking_of, problems_of
from evals.datasets.uploads import reading
from evals.datasets.uploads.mapping import BadRow, Columns, Ids, item_of
from evals.datasets.uploads.reading import Layout, Row
from exports import runs

PART_BYTES = 1024 * 1024
ROWS_AT_ONCE = 100
BYTES_AT_ONCE = 4_000_000  # of the rows of a step, about
DRAFTS_LIVE = timedelta(days=1)
TOLD = timedelta(days=90)
MAX_REASON = 500
log = structlog.get_logger(__name__)


class Parts:
    """The bytes of a file, to go through again and again."""

    def __init__(self, file: UploadedFile) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        while part := self.file.parts.filter(number=number).first():
            yield bytes(part.content)
            number += 1


class Stream:
    """The same of a file that is just coming in."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        self.stream.seek(0)
        while part := self.stream.read(PART_BYTES):
            yield part


def brought(dataset: Dataset, name: str, stream: IO[bytes], by: User) -> UploadedFile:
    """The file, kept until its upload is over. Raises Unreadable."""
    parts = Stream(stream)
    layout = reading.layout_of(name, parts)
    rows = reading.counted(reading.rows_of(parts, layout))
    with transaction.atomic():
        file = UploadedFile.objects.create(
            dataset=dataset,
            brought_by=by,
            name=name[-200:],
            format=layout.format,
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            columns=list(layout.columns),
            rows=rows,
            size=0,
        )
        for number, part in enumerate(parts):
            FilePart.objects.create(file=file, number=number, content=part)
            file.size += len(part)
        file.save(update_fields=("size",))
    return file


def layout_of(file: UploadedFile) -> Layout:
    return Layout(file.format, file.encoding, file.delimiter, tuple(file.columns))


def rows_of(file: UploadedFile) -> Iterator[Row]:
    return reading.rows_of(Parts(file), layout_of(file))


def start(file: UploadedFile, columns: Columns, by: User) -> Upload:
    upload, _made = Upload.objects.get_or_create(
        file=file,
        defaults={
            "project_id": file.dataset.project_id,
            "dataset": file.dataset,
            "asked_by": by,
            "file_name": file.name,
            "mapping": columns.as_json(),
            "delimiter": file.delimiter,
            "columns": file.columns,
            "estimated": file.rows,
            "since": 0,
            "until": 0,
        },
    )
    return upload


def work(upload_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with an upload for a while. True when there is more to do."""
    is_more = runs.work(Upload, upload_id, steps, seconds=seconds)
    if not is_more:
        forget_files_of_finished()
    return is_more


def steps(upload: Upload) -> Generator[dict[str, Any], None, None]:
    """What to note of the upload after each few rows; a few done twice are as if done once."""
    if upload.file is None:
        return
    last = int(upload.position or 0)
    columns = Columns.of_json(upload.mapping)
    every = map(Ids(columns).once, rows_of(upload.file))
    left = (row for row in every if row.line > last)
    done, stored, refused = upload.looked_at, upload.stored, upload.refused
    for rows in _portions(left):
        problems = made(upload, columns, rows)
        keep_refused(upload, rows, problems)
        done, refused = done + len(rows), refused + len(problems)
        stored += len(rows) - len(problems)
        told = {"looked_at": done, "stored": stored, "refused": refused}
        yield told | {"position": str(rows[-1].line)}


def keep_refused(upload: Upload, rows: list[Row], problems: list[tuple[int, str]]) -> None:
    """Each as it stands in the file, which is gone once the upload is over."""
    text_of = {row.line: row.text for row in rows}
    kept_rows = (
        RefusedRow(
            upload=upload, line=line, reason=reason[:MAX_REASON], content=text_of[line].encode()
        )
        for line, reason in problems
    )
    RefusedRow.objects.bulk_create(kept_rows, ignore_conflicts=True)


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Never many bytes at once: a row may have a million characters in each cell."""
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(row.text)
        if len(some) == ROWS_AT_ONCE or size > BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def made(upload: Upload, columns: Columns, rows: list[Row]) -> list[tuple[int, str]]:
    """The lines that were refused, and why. The others are items now."""
    problems: list[tuple[int, str]] = []
    wanted: list[tuple[int, NewItem]] = []
    for row in rows:
        try:
            wanted.append((row.line, item_of(row, columns, f"upload-{upload.pk}-{row.line}")))
        except BadRow as error:
            problems.append((row.line, str(error)))
    try:
        by = By(user=upload.asked_by)
        outcomes = items.add(upload.dataset, [item for _line, item in wanted], by)
    except Dataset.DoesNotExist:
        raise runs.GivenUp(runs.TARGET_GONE) from None
    for (line, _item), outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, Refused):
            problems.append((line, outcome.reason))
    return problems


def preview(file: UploadedFile, columns: Columns) -> list[tuple[int, NewItem | None, str]]:
    """The first rows as the items that they would become, or what is wrong with them. Rows that
    change an item are held against the schemas only when they do.
    """
    checking = checking_of(file.dataset)
    shown: list[tuple[int, NewItem | None, str]] = []
    for row in map(Ids(columns).once, islice(rows_of(file), reading.PREVIEWED)):
        try:
            item = item_of(row, columns, "")
            for value in (item.input, item.expected_output, item.metadata):
                if value is not items.UNSET:
                    kept(value, _("The row"))
            shown.append((row.line, item, _broken(file.dataset, item, checking)))
        except (BadRow, Unkept) as error:
            shown.append((row.line, None, str(error)))
    return shown


def _broken(dataset: Dataset, item: NewItem, checking: Checking) -> str:
    if item.id and items.present(dataset, [item.id]).exists():
        return ""
    names = ("input", "expected_output")
    given = {name: getattr(item, name) for name in names}
    known = {name: None if value is items.UNSET else value for name, value in given.items()}
    return " ".join(problems_of(known, checking))


def forget_files_of_finished() -> None:
    UploadedFile.objects.filter(upload__finished_at__isnull=False).delete()


def expire() -> None:
    """Files that nobody started an upload of, and what is told of uploads long over."""
    now = timezone.now()
    forget_files_of_finished()
    UploadedFile.objects.filter(upload=None, created_at__lt=now - DRAFTS_LIVE).delete()
    Upload.objects.filter(finished_at__lt=now - TOLD).delete()
