"""Exporting: what a query finds into a file, page after page."""

import time
from collections.abc import Generator, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from exports import files, runs
from exports.columns import Line, columns, observation_line, trace_line
from exports.formats import Writing, writing
from exports.models import Export, Kind
from traces.queries.filters import TraceFilter
from traces.queries.histogram import histogram, observation_histogram
from traces.queries.observations import list_observations
from traces.queries.scores import whole_scores
from traces.queries.texts import spans_of, whole_spans, with_texts
from traces.queries.trace_row import TraceRow
from traces.queries.traces import list_traces
from traces.queries.windows import Cut

KEPT = timedelta(days=7)
TOLD = timedelta(days=28)
MOST_WAITING = 10  # of one project
AT_ONCE = {Kind.TRACES: 100, Kind.OBSERVATIONS: 250, Kind.SPANS: 25}  # of the list
LINES_AT_ONCE = 1_000
BYTES_AT_ONCE = 8 * 1024 * 1024  # of texts; a single line may have more
NOTE_SECONDS = 1.0


class TooManyWaiting(Exception):
    """The project has as many unfinished exports as it may have."""


def start(**fields: Any) -> Export:
    """Ask for an export. Raises TooManyWaiting."""
    unfinished = Export.objects.filter(project_id=fields["project_id"], finished_at=None)
    if unfinished.count() >= MOST_WAITING:
        raise TooManyWaiting
    return Export.objects.create(**fields)


def work(export_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with an export for a while. True when there is more to do."""
    export = Export.objects.filter(pk=export_id).first()
    if export is None:
        return False
    try:
        return runs.work(Export, export_id, steps, seconds=seconds)
    finally:
        wanted = Export.objects.filter(pk=export_id, is_cancelled=False, error="")
        if not wanted.exists():
            files.remove(export)


def steps(export: Export) -> Generator[dict[str, Any], None, None]:
    """What to note of the export, each time its file holds all of it."""
    wanted = runs.wanted(export)
    if export.estimated is None and not export.position:
        yield {"estimated": _estimate(export, wanted)}
    file = files.Arriving(export)
    try:
        part = Part(file, writing(export.format, columns(export.kind)))
        if file.is_new and export.size:  # the file got lost
            yield {"rows": 0, "looked_at": 0, "position": "", "size": 0}  # set on `export` too
        if file.is_new:
            file.add(part.form.head())
        if export.position != runs.END:
            yield from _filled(export, wanted, part)
        file.add(part.form.tail(file.parts))
        size = file.kept()
        file.done()
        yield runs.Last(size=size, expires_at=timezone.now() + KEPT)
    finally:
        file.close()


def _estimate(export: Export, wanted: TraceFilter) -> int | None:
    count = observation_histogram if export.kind == Kind.OBSERVATIONS else histogram
    return runs.estimate(export, wanted, count)


class Part:
    """The lines that are written next."""

    def __init__(self, file: files.Arriving, form: Writing) -> None:
        self.file, self.form = file, form
        self.lines: list[Line] = []
        self.held = 0

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.held += len(line["input"] or "") + len(line["output"] or "")

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= LINES_AT_ONCE or self.held >= BYTES_AT_ONCE

    def write(self) -> None:
        if self.lines:
            self.file.add(*self.form.part(self.lines))
        self.lines, self.held = [], 0


def _filled(
    export: Export, wanted: TraceFilter, part: Part
) -> Generator[dict[str, Any], None, None]:
    """Write what is left. A place is noted only where the file ends with a page of traces; between,
    that this worker is still at it.
    """
    rows, looked_at, cut = export.rows, export.looked_at, runs.place(export)
    noted_at, is_last, is_cut = time.monotonic(), False, False
    while not is_last:
        seen, cut, lines = _page(export, wanted, cut)
        for line in lines:
            if is_cut := rows == settings.EXPORT_MAX_ROWS:
                break
            part.add(line)
            rows += 1
            if part.is_full:
                part.write()
                yield {}
        looked_at += seen
        is_last = cut is None or is_cut
        if is_last or part.is_full or time.monotonic() - noted_at > NOTE_SECONDS:
            part.write()
            told = {"rows": rows, "looked_at": looked_at, "is_cut": is_cut}
            place = runs.END if is_last else runs.position(cut)
            yield told | {"position": place, "size": part.file.kept()}
            noted_at = time.monotonic()


def _page(
    export: Export, wanted: TraceFilter, after: Cut | None
) -> tuple[int, Cut | None, Iterator[Line]]:
    """How many things of the list are next, where it goes on, and their lines."""
    project_id, kind = export.project_id, Kind(export.kind)
    if kind == Kind.OBSERVATIONS:
        some = list_observations(project_id, wanted, after=after, limit=AT_ONCE[kind])
        seen = some.observations
        whole = whole_spans(project_id, seen) if seen else ()
        return len(seen), some.after, map(observation_line, whole)
    page = list_traces(project_id, wanted, after=after, limit=AT_ONCE[kind])
    return len(page.traces), page.after, _lines(export, page.traces)


def _lines(export: Export, traces: list[TraceRow]) -> Iterator[Line]:
    if not traces:
        return
    if export.kind == Kind.TRACES:
        for trace, texts in with_texts(export.project_id, traces):
            if trace.score_count > len(trace.scores):
                trace.scores = whole_scores(export.project_id, trace.trace_id)
            yield trace_line(trace, texts)
    else:
        for span, trace in spans_of(export.project_id, traces):
            yield observation_line(span, trace)


def cancel(export: Export) -> bool:
    """Stop it where it is; nothing is left of its file."""
    was_running = runs.cancel(export)
    if was_running:
        files.remove(export)
    return was_running


def delete(export: Export) -> None:
    """Take it off the list, with its file."""
    runs.cancel(export)
    files.remove(export)
    export.delete()


def expire() -> None:
    """Remove the files whose time is over, and later what is told of their exports."""
    for export in Export.objects.filter(expires_at__lt=timezone.now()):
        files.remove(export)
    files.sweep()
    Export.objects.filter(finished_at__lt=timezone.now() - TOLD).delete()
