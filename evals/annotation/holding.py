"""Whose turn an item is: each is open at one person at a time, and an abandoned one is free again
by itself.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from evals.annotation.models import Annotation, Item, Queue, Status

LEASE = timedelta(minutes=2)  # the open page renews it every half minute


def free_for(user: User) -> Q:
    return Q(held_until=None) | Q(held_until__lte=timezone.now()) | Q(held_by=user)


def waiting_for(queue: Queue, user: User) -> QuerySet[Item]:
    """What this person may still annotate, held by others or not."""
    mine = Annotation.objects.filter(item=OuterRef("pk"), user=user).exclude(done_at=None)
    theirs = Q(assignee=None) | Q(assignee=user)
    return queue.items.filter(theirs, ~Exists(mine), status=Status.PENDING)


def take_next(queue: Queue, user: User) -> Item | None:
    """The next item, held for this person alone; what they skipped comes last. They let go of the
    one that they had open. None when nothing is left that nobody else has open.
    """
    skipped = Annotation.objects.filter(item=OuterRef("pk"), user=user).values("skipped_at")[:1]
    with transaction.atomic():
        item = (
            waiting_for(queue, user)
            .filter(free_for(user))
            .annotate(skipped=Subquery(skipped))
            .order_by(F("skipped").asc(nulls_first=True), "created_at", "id")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        queue.items.filter(held_by=user).exclude(pk=item.pk if item else "").update(
            held_by=None, held_until=None
        )
        if item:
            keep(item, user)
    return item


def hold(item: Item, user: User) -> bool:
    """Take the item, or keep it for longer. False where somebody else has it open, or is to
    annotate it, unless this person has annotated it before.
    """
    done = Annotation.objects.filter(item=OuterRef("pk"), user=user).exclude(done_at=None)
    may = Q(assignee=None) | Q(assignee=user) | Exists(done)
    mine = Item.objects.filter(free_for(user), may, pk=item.pk)
    return bool(mine.update(held_by=user, held_until=timezone.now() + LEASE))


def keep(item: Item, user: User) -> None:
    """For who has locked the row."""
    item.held_by, item.held_until = user, timezone.now() + LEASE
    item.save(update_fields=("held_by", "held_until"))


def let_go(item: Item, user: User) -> None:
    Item.objects.filter(pk=item.pk, held_by=user).update(held_by=None, held_until=None)
