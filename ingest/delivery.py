"""Writes a batch to ClickHouse: what it takes, what it refuses for its data, and what is left."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

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
        write(delivery, batch.spans, writer.insert_spans, {"spans": []})
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


def refused_of(rows: Sequence[Item], way: Write) -> Iterator[tuple[Item, str]]:
    """Write the rows and yield those that are refused: all the others are stored.

    A group that is refused is halved until the guilty rows are alone; a poison row among n costs
    about 2·log2(n) writes, of rows which may be written any number of times.
    """
    if not rows:
        return
    reason = reason_to_refuse(list(rows), way)
    if reason is None:
        return
    if len(rows) == 1:
        yield rows[0], reason
        return
    middle = len(rows) // 2
    yield from refused_of(rows[:middle], way)
    yield from refused_of(rows[middle:], way)


def reason_to_refuse(rows: list[Item], way: Write) -> str | None:
    try:
        way(rows)
    except Refused as error:
        return str(error)
    except TRANSIENT:
        raise
    except Exception as error:
        # A bug of ours that a row brings out. Its neighbours are stored and it is kept, as a row is
        # that ClickHouse refuses: an exception here would lose it, or stop the drain for ever.
        # The log gets no text of the error, which may quote the row.
        log.error("row_not_writable", error=type(error).__name__, rows=len(rows))
        return f"{type(error).__name__}: {error}"
    return None


def merge(rows: Sequence[Span | Patch]) -> None:
    """Complete stored rows with what these say, project by project."""
    by_project: dict[str, list[Span | Patch]] = defaultdict(list)
    for row in rows:
        by_project[row.project_id].append(row)
    for of_project in by_project.values():
        patches.apply(
            [row for row in of_project if isinstance(row, Patch)],
            spans=[row for row in of_project if isinstance(row, Span)],
            finish=finish,
        )
