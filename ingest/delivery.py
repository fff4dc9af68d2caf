"""Writes a batch to ClickHouse: what it takes, what it refuses for its data, and what is left."""

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import Error as PostgresError

from ingest import seldom
from ingest.batch import Batch
from ingest.finish import finish
from traces import patches, writer
from traces.clickhouse import Refused, Unavailable
from traces.columns import SCORES, SPANS
from traces.merge import joined, row_of, stated_by_patch, stated_by_span
from traces.records import Item, Patch, Score, Span

Write = Callable[[list], None]
# What may heal without anybody touching the row: locks and prices need Postgres or a disk.
TRANSIENT = (Unavailable, PostgresError, OSError, MemoryError)
MOST_ATTEMPTS = 64  # of one request's or one group's rows of a kind: each may take 0.2 s
# Told of spans that were just stored, as they now stand, before they are acknowledged. What these
# raise has no part in the acknowledgement; how long they take has.
when_stored: list[Callable[[Sequence[Span]], None]] = []
NOT_TRIED = "Too many rows of the batch were refused to try this one by itself. Try it again."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that ClickHouse will never take, and what it says about it."""

    row: Item
    reason: str
    is_mergeable: bool = False


@dataclass(slots=True)
class Delivery:
    """How far it came. Rows are left only if something went away, which `unavailable` tells of."""

    left: Batch
    stored: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    unavailable: Exception | None = None


def deliver(batch: Batch) -> Delivery:
    """Write each kind in turn, and stop where ClickHouse does not answer.

    Everything may be delivered again: a row that was stored is then stored once.
    """
    delivery, merge = Delivery(left=batch), Merge()
    try:
        write(delivery, batch.spans, finish_and_insert, {"spans": []})
        write(delivery, batch.scores, writer.insert_scores, {"scores": []})
        merges = [*batch.mergeable, *batch.patches]
        write(delivery, merges, merge, {"mergeable": [], "patches": []})
    except TRANSIENT as error:
        delivery.unavailable = error
        return delivery
    refused = {id(refusal.row) for refusal in delivery.refusals}
    tell([*(span for span in batch.spans if id(span) not in refused), *merge.rows])
    return delivery


def tell(spans: list[Span]) -> None:
    if not spans:
        return
    for listen in when_stored:
        try:
            listen(spans)
        except Exception as error:
            seldom.warn("listener_failed", error=type(error).__name__)


def write(delivery: Delivery, rows: list, way: Write, done: dict[str, list]) -> None:
    refusals = [
        Refusal(row, reason, is_mergeable=isinstance(way, Merge) and isinstance(row, Span))
        for some in by_project(rows, way)
        for row, reason in Sieve(way).refused_of(some)
    ]
    delivery.refusals += refusals
    delivery.stored += len(rows) - len(refusals)
    delivery.left = replace(delivery.left, **done)


def by_project(rows: list, way: Write) -> Iterable[list]:
    """Merges go project by project: after one that failed, it is known what is stored."""
    if not isinstance(way, Merge):
        return [rows] if rows else []
    projects: dict[str, list] = defaultdict(list)
    for row in rows:
        projects[row.project_id].append(row)
    return projects.values()


class Sieve:
    """Writes rows and tells which are refused, in MOST_ATTEMPTS at the most."""

    def __init__(self, way: Write) -> None:
        self._way = way
        self._attempts_left = MOST_ATTEMPTS

    def refused_of(self, rows: list[Item]) -> Iterator[tuple[Item, str]]:
        """Write the rows and yield those that are refused: all the others are stored."""
        if not rows:
            return
        if self._attempts_left == 0:
            yield from ((row, NOT_TRIED) for row in rows)
            return
        self._attempts_left -= 1
        try:
            self._way(rows)
        except TRANSIENT:
            raise
        except Exception as error:
            # Not only Refused: a bug of ours that a row brings out is no reason to lose the row,
            # its neighbours or, in the drain, everything that waits behind it.
            yield from self._sift(rows, error)

    def _sift(self, rows: list[Item], error: Exception) -> Iterator[tuple[Item, str]]:
        """The writer names the guilty rows of an insert, and the merged ones of a merge. What is
        wrong with a row by itself is found without a write; only what remains is halved, in
        writes of rows which may be written any number of times."""
        suspects = named(error, rows)
        if not isinstance(self._way, Merge) and suspects:
            yield from ((row, reason_of(error, row)) for row in suspects)
            return
        suspects = suspects or rows
        faults = {id(row): fault for row in suspects if (fault := fault_of(row, self._way))}
        yield from ((row, faults[id(row)]) for row in suspects if id(row) in faults)
        others = [row for row in suspects if id(row) not in faults]
        if faults:
            yield from self.refused_of(others)
        elif len(others) == 1:
            yield others[0], reason_of(error, others[0])
        else:
            middle = len(others) // 2
            yield from self.refused_of(others[:middle])
            yield from self.refused_of(others[middle:])


def named(error: Exception, rows: list[Item]) -> list[Item]:
    """The rows that the error says are guilty: these themselves, or what is said of these spans."""
    if not isinstance(error, Refused):
        return []
    guilty = {id(row) for row in error.rows}
    if found := [row for row in rows if id(row) in guilty]:
        return found
    keys = {key_of(row) for row in error.rows if isinstance(row, Span)}
    return [row for row in rows if isinstance(row, Span | Patch) and key_of(row) in keys]


def key_of(row: Span | Patch) -> tuple[str, str, str]:
    return row.project_id, row.trace_id, row.span_id


def fault_of(row: Item, way: Write) -> str:
    """Why the row could not be stored even if it were alone, without asking ClickHouse; or ""."""
    try:
        if isinstance(row, Score):
            bad = SCORES.unencodable([row])
        else:
            span = alone(row) if isinstance(way, Merge) or isinstance(row, Patch) else row
            finish([span])
            bad = SPANS.unencodable([span])
    except TRANSIENT:
        raise
    except Exception as error:
        return reason_of(error, row)
    return bad[0][1] if bad else ""


def alone(row: Span | Patch) -> Span:
    """The row that would be stored, had nothing else been said of it."""
    said = stated_by_patch(row) if isinstance(row, Patch) else stated_by_span(row)
    return row_of(joined([said]), *key_of(row))


def reason_of(error: Exception, row: Item) -> str:
    if isinstance(error, Refused):
        return error.reason_of(row)
    # The log gets no text of it, which may quote the row.
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    seldom.warn("row_not_writable", error=type(error).__name__, where=where)
    return f"{type(error).__name__}: {error}"


def finish_and_insert(spans: list[Span]) -> None:
    finish(spans)
    writer.insert_spans(spans)


class Merge:
    """Completes stored rows with what these say. `rows` are those that it wrote, as they stand."""

    def __init__(self) -> None:
        self.rows: list[Span] = []

    def __call__(self, rows: list[Span | Patch]) -> None:
        merged: list[Span] = []

        def finish_and_keep(spans: list[Span]) -> None:
            finish(spans)
            merged.extend(spans)

        patches.apply(
            [row for row in rows if isinstance(row, Patch)],
            spans=[row for row in rows if isinstance(row, Span)],
            finish=finish_and_keep,
        )
        self.rows += [span for span in merged if span.version]  # none: it stood there like this
