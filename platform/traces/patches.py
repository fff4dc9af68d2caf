"""Partial rows: what clients say of a span or trace bit by bit, in any order and repeatedly."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from traces import writer
from traces.graves import is_buried
from traces.locks import trace_locks
from traces.merge import (
    MOVED,
    Statement,
    is_started,
    joined,
    row_of,
    stated_by_patch,
    stated_by_row,
    stated_by_span,
)
from traces.queries.tags import living_traces
from traces.records import Patch, Span
from traces.stored import Key, stored_spans

HOUR = 3_600_000_000_000
PLACEHOLDERS_ARE_OLDER = 1000  # their versions are microseconds among nanoseconds

Finish = Callable[[list[Span]], None]


def apply(
    patches: Iterable[Patch],
    spans: Iterable[Span] = (),
    *,
    finish: Finish,
    only_living: bool = False,
) -> None:
    """Merge what is said into the stored rows; when it returns, the merged rows are stored.

    `spans` are complete ones that complete a stored row instead of replacing it. `finish` is called
    with all merged rows of a project, to derive in place what follows from the whole. With
    `only_living`, what is said of traces of which nothing is stored, or all is deleted, is dropped.
    Raises what writer.insert_spans raises, and Locked when a trace stays locked.
    """
    said: dict[str, dict[Key, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for patch in patches:
        said[patch.project_id][patch.trace_id, patch.span_id].append(stated_by_patch(patch))
    for span in spans:
        said[span.project_id][span.trace_id, span.span_id].append(stated_by_span(span))
    for project_id, of_project in said.items():
        trace_ids = {trace_id for trace_id, _ in of_project}
        with trace_locks(project_id, trace_ids):
            if only_living:
                living = living_traces(project_id, sorted(trace_ids))
                of_project = {key: one for key, one in of_project.items() if key[0] in living}
            _apply(project_id, of_project, finish)


def unite(project_id: str, keys: Iterable[Key], *, finish: Finish) -> None:
    """Merge what stands of each span, at whatever hours, into its one row."""
    said: dict[Key, list[Statement]] = {key: [] for key in keys}
    with trace_locks(project_id, {trace_id for trace_id, _ in said}):
        _apply(project_id, said, finish)


def _apply(project_id: str, said: dict[Key, list[Statement]], finish: Finish) -> None:
    stored = stored_spans(project_id, said)
    said = {
        key: statements for key, statements in said.items() if not is_buried(stored.get(key, []))
    }
    merged = {key: _merged(project_id, key, stored.get(key, []), said[key]) for key in said}
    finish(list(merged.values()))
    writer.insert_spans(
        [new for key, row in merged.items() for new in _to_write(row, stored.get(key, []))]
    )


def _merged(project_id: str, key: Key, stored: Sequence[Span], said: Sequence[Statement]) -> Span:
    """One row of all statements. A tombstone of a moved row still counts as one of them, since the
    insert that moved it may have been cut in two."""
    known = [stated_by_row(row) for row in stored if not row.is_deleted or MOVED in row.marks]
    return row_of(joined([*known, *said]), project_id, *key)


def _to_write(row: Span, stored: Sequence[Span]) -> list[Span]:
    """The row with a higher version than all before it, and tombstones where it stood until now;
    nothing, if that is what is stored.

    A span may be inserted at this moment by someone who takes no lock, and must win over what was
    read before it: so the row is the next version of a started one, not of now. A row that only
    keeps the place of a span to come has a version below any time of receipt.
    """
    live = [old for old in stored if not old.is_deleted]
    if len(live) == 1 and _is_same(live[0], row):
        return []
    now = time.time_ns()
    newest = max((old.version for old in stored), default=0)
    row.received_at = min((old.received_at for old in live), default=now)
    row.version = newest + 2
    if not any(is_started(old) for old in live):
        received = now if is_started(row) else now // PLACEHOLDERS_ARE_OLDER
        row.version = max(received, row.version)
    tombstones = [
        replace(old, is_deleted=True, marks=[*old.marks, MOVED], version=newest + 1)
        for old in live
        if old.start_time // HOUR != row.start_time // HOUR
    ]
    return [*tombstones, row]


def _is_same(old: Span, new: Span) -> bool:
    return replace(old, version=new.version, received_at=new.received_at) == new
