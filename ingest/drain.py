"""Writes held batches back to ClickHouse, oldest first, for as long as it takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.models import QuerySet

from ingest import deadletters, metrics, packing
from ingest.batch import Batch, together
from ingest.delivery import deliver
from ingest.held import durable_transaction
from ingest.models import HeldBatch
from traces import clickhouse

# One insert's worth. Large, because ClickHouse takes large inserts faster; bounded, because the
# rows are in memory meanwhile (held bytes are compressed, to a quarter or less).
GROUP_ROWS = 20_000
GROUP_BYTES = 8 * 1024 * 1024
CANDIDATES = 500
DRAIN_LOCK = 0x536F6E6465  # one drainer at a time, of all processes on all hosts

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Drained:
    """What a run did, and why it ended if not because the time was up."""

    rows: int = 0  # stored
    is_empty: bool = False  # nothing waits any more
    is_busy: bool = False  # another process is at it
    unavailable: Exception | None = None  # what did not answer

    @property
    def is_over(self) -> bool:
        return self.is_empty or self.is_busy or self.unavailable is not None


def drain(*, for_seconds: float = 60.0) -> Drained:
    """Write back group after group until nothing is held, ClickHouse is away, or the time is up."""
    if not HeldBatch.objects.exists():
        return Drained(is_empty=True)
    drained = in_groups(drain_group, for_seconds=for_seconds)
    if drained.rows:
        log.info("held_batches_drained", rows=drained.rows, is_empty=drained.is_empty)
    return drained


def in_groups(write_group: Callable[[Drained], None], *, for_seconds: float) -> Drained:
    """One group at least, if ClickHouse answers at all."""
    drained = Drained()
    try:
        clickhouse.ping()  # which waits two seconds at most; a write may wait for a minute and more
    except clickhouse.Unavailable as error:
        drained.unavailable = error
        return drained
    until = time.monotonic() + for_seconds
    write_group(drained)
    while not drained.is_over and time.monotonic() < until:
        write_group(drained)
    return drained


def drain_group(drained: Drained) -> None:
    """Write one group and forget it, in one transaction: killed in between, it is written again.

    Rows carry the version of their acceptance, so writing them again, or after newer ones, changes
    nothing.
    """
    with next_group(drained, HeldBatch.objects.order_by("id")) as group:
        if not group:
            return
        readable, letters = read(group)
        with clickhouse.patiently():
            delivery = deliver(readable)
        if delivery.unavailable is not None:
            drained.unavailable = delivery.unavailable
            return
        deadletters.keep(delivery.refusals)
        deadletters.keep_letters(letters)
        HeldBatch.objects.filter(pk__in=[held.pk for held in group]).delete()
    drained.rows += delivery.stored
    metrics.drained(stored=delivery.stored, refused=len(delivery.refusals))


@contextmanager
def next_group(drained: Drained, records: QuerySet) -> Iterator[list]:
    """The first of the records, in a transaction in which nobody else drains.

    None where somebody else does, or where there are no more: `drained` says which.
    """
    with durable_transaction():
        group = []
        if lock():
            group = first_group(records)
            drained.is_empty = not group
        else:
            drained.is_busy = True
        yield group


def lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DRAIN_LOCK])
        return cursor.fetchone()[0]


def first_group(records: QuerySet) -> list:
    """The first records that make up one insert; at least one, however large."""
    rows = size = 0
    keys: list[int] = []
    sizes = records.values_list("pk", "rows", "bytes")[:CANDIDATES]
    for pk, batch_rows, batch_bytes in sizes:
        rows, size = rows + batch_rows, size + batch_bytes
        if keys and (rows > GROUP_ROWS or size > GROUP_BYTES):
            break
        keys.append(pk)
    return list(records.filter(pk__in=keys))


def read(group: list[HeldBatch]) -> tuple[Batch, list]:
    """The rows of a group, and a dead letter for each record that cannot be read."""
    readable, letters = [], []
    for held in group:
        try:
            readable.append(packing.unpack(bytes(held.payload)))
        except packing.Unreadable as error:
            letters.append(deadletters.letter_of_unreadable(held, str(error)))
    return together(readable), letters
