"""Finds spans that were sent again with a start in another hour, which count twice until then.

Spans are inserted without a look at what is stored, which for each of thousands a second would cost
more than all the rest. So what was received is compared afterwards with all that is stored, slice
by slice. When it has caught up, a search rests for twenty times as long as it took.
"""

import time
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from ingest import seldom
from ingest.finish import finish
from ingest.models import DoubledSearch, HeldBatch
from traces import clickhouse
from traces.clickhouse import LimitReached, Refused, Unavailable
from traces.doubled import settle
from traces.queries.doubled import MOST_KEYS, doubled, received
from traces.stored import Key

SECOND = 1_000_000_000
SLICE_ROWS = 1_000_000
SMALLEST_SLICE = SECOND
# Of what was received later, some may not be stored yet: requests wait for ClickHouse and locks.
MARGIN = 30 * SECOND
RESTS = 20  # for so many times what a search took
LOOK_BACK = 86_400 * SECOND  # of the first search

log = structlog.get_logger(__name__)


def search(*, for_seconds: float = 60.0, now: datetime | None = None) -> int:
    """Settle the spans received since the last search, if one is due; returns how many.

    One process at a time. Stopped in between, it goes on where it stopped.
    """
    now, began, settled, is_over = now or timezone.now(), time.monotonic(), 0, False
    DoubledSearch.objects.get_or_create(
        pk=1, defaults={"since": nanoseconds(now) - LOOK_BACK, "due_at": now}
    )
    try:
        with clickhouse.patiently():
            while not is_over and time.monotonic() - began < for_seconds:
                found, is_over = search_slice(now, began)
                settled += found
    except (Unavailable, LimitReached) as error:
        seldom.warn("doubled_spans_not_searched", reason=str(error)[:200])
    if settled:
        log.info("doubled_spans_settled", spans=settled)
    return settled


def search_slice(now: datetime, began: float) -> tuple[int, bool]:
    """One slice, in one transaction; how many it settled, and whether nothing is left."""
    with transaction.atomic():
        due = DoubledSearch.objects.select_for_update(skip_locked=True)
        state = due.filter(pk=1, due_at__lte=now).first()
        if state is None:
            return 0, True
        last = stored_until(now)  # before anything is looked at
        until, rows = next_slice(state.since, last)
        found = doubled(state.since, until) if rows else {}
        settled = sum(settled_of(project_id, keys) for project_id, keys in found.items())
        if sum(map(len, found.values())) >= MOST_KEYS:
            return settled, False
        state.since = until
        if until >= last:
            state.due_at = now + timedelta(seconds=RESTS * (time.monotonic() - began))
        state.save()
    return settled, until >= last


def settled_of(project_id: str, keys: list[Key]) -> int:
    """How many of the project's were settled: none that hold up all others' for their data."""
    try:
        return settle(project_id, keys, finish=finish)
    except Refused as error:
        seldom.warn("doubled_spans_stay", project=project_id, reason=str(error)[:200])
        return 0


def stored_until(now: datetime) -> int:
    """What was received before is stored. Held batches are not yet."""
    held_since = HeldBatch.objects.aggregate(since=Min("created_at"))["since"]
    return nanoseconds(min(now, held_since or now)) - MARGIN


def next_slice(since: int, until: int) -> tuple[int, int]:
    """The end of what can be compared at once from `since` on, found by halves; and its rows."""
    until = max(since, until)
    while (rows := received(since, until)) > SLICE_ROWS and until - since > SMALLEST_SLICE:
        until = since + (until - since) // 2
    return until, rows


def nanoseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
