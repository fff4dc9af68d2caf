"""Bringing notices from the outbox to channels, at least once each."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from alerts.incidents.models import Notice

AT_ONCE = 100
KEEP = timedelta(days=90)


def hand_over(deliver: Callable[[Notice], object]) -> int:
    """Every notice that waits, the oldest first, each in a transaction of its own with all that
    `deliver` writes: what it raises leaves the notice, and those behind it, waiting. Two at once do
    not take the same one, nor two of the same group: that it is over is not told before that it
    fired. Returns how many.
    """
    older = Notice.objects.filter(
        handed_at=None,
        project=OuterRef("project"),
        group_key=OuterRef("group_key"),
        at__lt=OuterRef("at"),
    )
    for done in range(AT_ONCE):
        with transaction.atomic():
            waiting = Notice.objects.select_for_update(skip_locked=True, of=("self",))
            free = waiting.filter(~Exists(older), handed_at=None)
            notice = free.order_by("at", "pk").first()
            if notice is None:
                return done
            deliver(notice)
            notice.handed_at = timezone.now()
            notice.save(update_fields=("handed_at",))
    return AT_ONCE


def expire() -> int:
    """Remove what was handed over long ago; incidents keep their timelines. Returns how many."""
    old = Notice.objects.filter(handed_at__lt=timezone.now() - KEEP)
    return old.delete()[1].get(Notice._meta.label, 0)
