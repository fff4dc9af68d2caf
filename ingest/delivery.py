"""Writes a batch to ClickHouse: what it takes, what it refuses for its data, and what is left."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog
from django.db import Error as PostgresError

from ingest.batch import Batch
from ingest.finish import finish
from traces import patches, writer
from traces.clickhouse import Refused, Unavailable
from traces.records import Item, Patch, Span

Write = Callable[[list], None]
# What may heal without anybody touching the row: locks and prices need Postgres or a disk.
TRANSIENT = (Unavailable, PostgresError, OSError, MemoryError)

log = structlog.get_logger(__name__)


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
    delivery = Delivery(left=batch)
    try:
        write(delivery, batch.spans, finish_and_insert, {"spans": []})
        write(delivery, batch.scores, writer.insert_scores, {"scores": []})
        merges = [*batch.mergeable, *batch.patches]
        write(delivery, merges, merge, {"mergeable": [], "patches": []})
    except TRANSIENT as error:
        delivery.unavailable = error
    return delivery


def write(delivery: Delivery, rows: list, way: Write, done: dict[str, list]) -> None:
    refusals = [
        Refusal(row, reason, is_mergeable=way is merge and isinstance(row, Span))
        for row, reason in refused_of(rows, way)
    ]
    delivery.refusals += refusals
    delivery.stored += len(rows) - len(refusals)
    delivery.left = replace(delivery.left, **done)


def refused_of(rows: list[Item], way: Write) -> Iterator[tuple[Item, str]]:
    """Write the rows and yield those that are refused: all the others are stored.

    The writer names the guilty rows of an insert. Where they are not named, as when a merge fails,
    the rows are halved until the guilty are alone: a poison row among n costs about 2·log2(n)
    writes, of rows which may be written any number of times.
    """
    try:
        if rows:
            way(rows)
    except TRANSIENT:
        raise
    except Exception as error:
        # Not only Refused: a bug of ours that a row brings out is no reason to lose the row, its
        # neighbours or, in the drain, everything that waits behind it.
        guilty = rows if len(rows) == 1 else named(error, rows)
        if guilty:
            yield from ((row, reason_of(error)) for row in guilty)
            return
        middle = len(rows) // 2
        yield from refused_of(rows[:middle], way)
        yield from refused_of(rows[middle:], way)


def named(error: Exception, rows: list[Item]) -> list[Item]:
    """The rows that the error says are guilty, if they are of these."""
    if not isinstance(error, Refused):
        return []
    known = {id(row) for row in rows}
    return error.rows if all(id(row) in known for row in error.rows) else []


def reason_of(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error)
    # The log gets no text of it, which may quote the row.
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    log.error("row_not_writable", error=type(error).__name__, where=where)
    return f"{type(error).__name__}: {error}"


def finish_and_insert(spans: list[Span]) -> None:
    finish(spans)
    writer.insert_spans(spans)


def merge(rows: list[Span | Patch]) -> None:
    """Complete stored rows with what these say."""
    patches.apply(
        [row for row in rows if isinstance(row, Patch)],
        spans=[row for row in rows if isinstance(row, Span)],
        finish=finish,
    )
