"""What is in a queue: adding to it, taking out of it, and who is to do what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from evals.annotation.models import (
    MAX_OBJECT_ID,
    Item,
    ObjectType,
    Origin,
    Queue,
    Status,
    key_of,
)

MOST_ITEMS = 20_000  # of a queue
MOST_AT_ONCE = 1_000


class QueueFull(Exception):
    """The queue has as many items as one may have."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What an item is about. A trace's id is both; a session has no trace."""

    object_type: str
    object_id: str
    trace_id: str = ""

    @property
    def key(self) -> str:
        return key_of(self.object_type, self.trace_id, self.object_id)

    @property
    def is_sound(self) -> bool:
        ids = (self.object_id, self.trace_id)
        return bool(self.object_id) and all(
            len(one) <= MAX_OBJECT_ID and "\0" not in one for one in ids
        )


@dataclass(frozen=True, slots=True)
class How:
    """How items come into a queue."""

    origin: str = str(Origin.PAGE)
    run: int | None = None  # the bulk run
    status: str = str(Status.PENDING)
    assignee: User | None = None


def of_trace(trace_id: str) -> Ref:
    return Ref(str(ObjectType.TRACE), trace_id, trace_id)


def add(queue: Queue, refs: Sequence[Ref], how: How) -> list[Item]:
    """The items that are new; what is in the queue already stays as it is. Raises QueueFull, and
    then adds none.
    """
    if len(refs) > MOST_AT_ONCE:
        raise ValueError(f"at most {MOST_AT_ONCE} items at once")
    by_key = {ref.key: ref for ref in refs}
    now = timezone.now()
    with transaction.atomic():
        Queue.objects.select_for_update().get(pk=queue.pk)  # one at a time: the bound is exact
        known = set(queue.items.filter(key__in=by_key).values_list("key", flat=True))
        new = [
            Item(
                queue=queue,
                object_type=ref.object_type,
                object_id=ref.object_id,
                trace_id=ref.trace_id,
                key=key,
                status=how.status,
                completed_at=now if how.status == Status.COMPLETED else None,
                assignee=how.assignee,
                origin=how.origin,
                origin_run=how.run,
            )
            for key, ref in by_key.items()
            if key not in known
        ]
        if new and queue.items.count() + len(new) > MOST_ITEMS:
            words = _("A queue has at most %(most)s items. Remove some, or make another queue.")
            raise QueueFull(words % {"most": f"{MOST_ITEMS:,}"})
        return Item.objects.bulk_create(new)


def remove(queue: Queue, ids: Collection[str]) -> int:
    """How many there were. The scores that were given stay with their traces."""
    _gone, kinds = queue.items.filter(pk__in=ids).delete()
    return kinds.get("annotation.Item", 0)


def assign(queue: Queue, ids: Collection[str], user: User | None) -> int:
    return queue.items.filter(pk__in=ids).update(assignee=user, updated_at=timezone.now())


def set_status(queue: Queue, ids: Collection[str], status: str, by: User | None = None) -> int:
    """How many changed. Completed without being annotated, or opened again for those who have not
    annotated it yet.
    """
    now = timezone.now()
    is_done = status == Status.COMPLETED
    return (
        queue.items.filter(pk__in=ids)
        .exclude(status=status)
        .update(
            status=status,
            completed_at=now if is_done else None,
            completed_by=by if is_done else None,
            held_by=None,
            held_until=None,
            updated_at=now,
        )
    )


def complete_where_enough(queue: Queue) -> int:
    """How many items are completed now that the queue asks for fewer people."""
    done = Count("annotations", filter=~Q(annotations__done_at=None))
    pending = queue.items.filter(status=Status.PENDING).order_by()
    enough = pending.annotate(done=done).filter(done__gte=queue.per_item)
    return set_status(queue, list(enough.values_list("pk", flat=True)), str(Status.COMPLETED))
