"""Batches that wait in Postgres for ClickHouse. A batch that `hold` returned for is stored."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Count, Min, Sum

from ingest import packing
from ingest.batch import Batch
from ingest.models import HeldBatch, LateStatement

TOTAL_IS_GOOD_FOR_SECONDS = 1.0
MIN_FREE_BYTES = 256 * 1024 * 1024


class CannotHold(Exception):
    """Postgres is away, or as much is held as may be."""


# One statement is one transaction and one round trip. It waits for the disk even where the server's
# default does not (`synchronous_commit = off`): the acknowledgement depends on it.
DURABLY = """
    FROM (SELECT set_config('synchronous_commit', 'on', true) AS setting) AS durably
    WHERE durably.setting IS NOT NULL
"""
INSERT = f"""
    INSERT INTO ingest_heldbatch (project_id, payload, rows, bytes, version)
    SELECT %s, %s, %s, %s, %s
    {DURABLY}
"""


def is_holding(project_id: str) -> bool:
    """Whether rows of the project wait here."""
    return HeldBatch.objects.filter(project_id=project_id).exists()


def hold(project_id: str, batch: Batch, *, version: int) -> None:
    """Returns when the batch is on Postgres' disk; raises CannotHold."""
    payload = packing.pack(batch)
    values = (project_id, payload, len(batch), len(payload), version)
    insert(INSERT, values, size=len(payload))


def insert(sql: str, values: tuple, *, size: int) -> None:
    """Returns when the row is on Postgres' disk; raises CannotHold."""
    room.take(size)
    try:
        execute_again(sql, values)
    except Error as error:
        raise CannotHold(f"Postgres is away ({type(error).__name__}).") from error


def execute_again(sql: str, values: tuple) -> None:
    try:
        execute(sql, values)
    except Error:
        if connection.in_atomic_block:
            raise
        # Postgres may have been restarted since this thread last spoke to it. If the first attempt
        # did arrive, the batch is held twice, which stores it once.
        connection.close()
        execute(sql, values)


def execute(sql: str, values: tuple) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def durable_transaction() -> Iterator[None]:
    """A transaction whose commit waits for the disk, whatever the server's default."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('synchronous_commit', 'on', true)")
        yield


class Room:
    """How much may still be held.

    It is looked at once a second; in between, this process counts what it adds, so several
    processes may together pass the limit by what they add in a second.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = 0
        self._looked_at = float("-inf")
        self._is_disk_full = False

    def take(self, size: int) -> None:
        """Raises CannotHold."""
        limit = settings.INGEST_HELD_MAX_BYTES
        with self._lock:
            if time.monotonic() - self._looked_at > TOTAL_IS_GOOD_FOR_SECONDS:
                self._look()
            if self._is_disk_full:
                raise CannotHold(f"Less than {MIN_FREE_BYTES} bytes of the disk are free.")
            if self._bytes + size > limit:
                raise CannotHold(f"SONDE_INGEST_HELD_MAX_BYTES ({limit} bytes) are held already.")
            self._bytes += size

    def _look(self) -> None:
        # Of the disk that Postgres is on where it is embedded. It must not be filled to the brim:
        # a Postgres that cannot write its log stops, and so would pages and logins.
        self._is_disk_full = shutil.disk_usage(settings.DATA_DIR).free < MIN_FREE_BYTES
        try:
            self._bytes = sum(
                model.objects.aggregate(total=Sum("bytes"))["total"] or 0
                for model in (HeldBatch, LateStatement)
            )
        except Error:
            return  # the insert that follows says what is the matter
        self._looked_at = time.monotonic()


room = Room()


@dataclass(frozen=True)
class Waiting:
    """What is held now, of one project or of all: batches that wait for ClickHouse, and updates
    that name no trace and wait for their observation."""

    batches: int
    rows: int
    bytes: int
    since: datetime | None
    adrift: int = 0


def waiting(project_id: str | None = None) -> Waiting:
    held, late = HeldBatch.objects.all(), LateStatement.objects.filter(is_adrift=True)
    if project_id is not None:
        held, late = held.filter(project_id=project_id), late.filter(project_id=project_id)
    total = held.aggregate(
        batches=Count("id"), rows=Sum("rows"), bytes=Sum("bytes"), since=Min("created_at")
    )
    adrift = late.aggregate(rows=Sum("rows"))["rows"] or 0
    return Waiting(
        total["batches"], total["rows"] or 0, total["bytes"] or 0, total["since"], adrift
    )
