"""Queues that take in new traces by themselves: those that a query finds, or a share of them."""

import hashlib
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import cast

import structlog
from django.db import transaction
from django.utils import timezone

from evals.annotation import items
from evals.annotation.items import How, of_trace
from evals.annotation.models import Origin, Queue, Taken
from traces.clickhouse import LimitReached, patiently
from traces.queries.filters import TraceFilter
from traces.queries.traces import list_traces
from traces.queries.windows import Cut, Place
from traces.search.grammar import parsed

QUIET = timedelta(minutes=1)  # a trace is looked at once it has had so long to arrive
LOOK_BACK = timedelta(hours=6)  # so late may a trace come to match: by a score, say
KEPT = LOOK_BACK + timedelta(days=1)
MOST_LOOKED_AT = 500  # traces of each half of a round
A_PAGE = 50
NANOSECONDS = 1_000_000_000

TOO_MUCH, UNREADABLE, FULL = "too_much", "unreadable", "full"  # as the queue's page words them
log = structlog.get_logger(__name__)


def fill(queue_id: str) -> int:
    """How many items were added. Each matching trace is put in once, however often this runs, at
    whatever moment it is killed, and whoever removed it since.
    """
    queue = Queue.objects.filter(pk=queue_id, has_filter=True).first()
    if queue is None or queue.filter_since is None:
        return 0
    query = parsed(queue.query)
    if query.problems:
        noted(queue, UNREADABLE)
        return 0
    added = 0
    try:
        with patiently():
            for trace_ids in matching(queue, query.terms):
                if not room_today(queue):
                    break
                added += take(queue, [one for one in trace_ids if is_drawn(queue, one)])
    except LimitReached:
        noted(queue, TOO_MUCH)
    except items.QueueFull:
        noted(queue, FULL)
    else:
        noted(queue, "")
    if added:
        log.info("annotation_filter_added", queue=queue.pk, project=queue.project_id, items=added)
    return added


def matching(queue: Queue, terms: tuple) -> Generator[list[str]]:
    """Ids of matching traces in pages: the newest, and where these were not all, as many of the
    others, from where the round before left off. So each is looked at, however many there are.
    """
    now = timezone.now()
    since = max(queue.filter_since or now, now - LOOK_BACK)
    until = now - QUIET
    if since >= until or not room_today(queue):
        return
    wanted = TraceFilter(since=nanoseconds(since), until=nanoseconds(until), terms=terms)
    below = yield from pages(queue, wanted, None)
    if below is not None:
        left_off = position_of(queue)
        if left_off is not None and wanted.since < left_off.last.at < below.last.at:
            below = left_off
        below = yield from pages(queue, wanted, below)
    leave_off(queue, below)


def pages(
    queue: Queue, wanted: TraceFilter, after: Cut | None
) -> Generator[list[str], None, Cut | None]:
    """In the end where to go on, or None where nothing is left."""
    looked_at = 0
    while looked_at < MOST_LOOKED_AT:
        page = list_traces(str(queue.project_id), wanted, after=after, limit=A_PAGE)
        yield [one.trace_id for one in page.traces]
        looked_at += len(page.traces)
        after = cast(Cut | None, page.after)  # where the newest are first, it is no other place
        if after is None:
            break
    return after


def position_of(queue: Queue) -> Cut | None:
    if queue.filter_position is None:
        return None
    at, width, trace_id = queue.filter_position
    return Cut(Place(at, trace_id), width)


def leave_off(queue: Queue, below: Cut | None) -> None:
    """Unless the filter was set anew meanwhile."""
    position = None if below is None else [below.last.at, below.width, below.last.id]
    if position != queue.filter_position:
        same = Queue.objects.filter(pk=queue.pk, filter_since=queue.filter_since)
        same.update(filter_position=position)


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * NANOSECONDS


def is_drawn(queue: Queue, trace_id: str) -> bool:
    """Always the same traces, for a share of them: it is asked again in each round."""
    digest = hashlib.sha256(f"{queue.pk}\0{trace_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < queue.sampling / 100 * 2**64


def take(queue: Queue, trace_ids: list[str]) -> int:
    refs = {ref.key: ref for ref in map(of_trace, trace_ids)}
    with transaction.atomic():
        Queue.objects.select_for_update().get(pk=queue.pk)
        known = set(queue.taken.filter(key__in=refs).values_list("key", flat=True))
        new = [key for key in refs if key not in known][: room_today(queue)]
        Taken.objects.bulk_create(Taken(queue=queue, key=key) for key in new)
        return len(items.add(queue, [refs[key] for key in new], How(str(Origin.FILTER))))


def room_today(queue: Queue) -> int:
    """How many more the filter may add until midnight (UTC)."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0, queue.a_day - queue.taken.filter(at__gte=midnight).count())


def noted(queue: Queue, error: str) -> None:
    if queue.filter_error != error:
        Queue.objects.filter(pk=queue.pk).update(filter_error=error)


def forget() -> None:
    """What no filter can see again."""
    Taken.objects.filter(at__lt=timezone.now() - KEPT).delete()
