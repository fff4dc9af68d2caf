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
    `deliver` writes: what it raises leaves the notice, and those of its group behind it, waiting,
    and is raised once the others are handed over. Two at once do not take the same one, nor two of
    the same group: that it is over is not told before that it fired. Returns how many.
    """
    older = Notice.objects.filter(
        handed_at=None,
        project=OuterRef("project"),
        group_key=OuterRef("group_key"),
        at__lt=OuterRef("at"),
    )
    done = 0
    failed: dict[str, Exception] = {}
    while done + len(failed) < AT_ONCE:
        with transaction.atomic():
            waiting = Notice.objects.select_for_update(skip_locked=True, of=("self",))
            free = waiting.filter(~Exists(older), handed_at=None).exclude(pk__in=failed)
            notice = free.order_by("at", "pk").first()
            if notice is None:
                break
            try:
                with transaction.atomic():
                    deliver(notice)
            except Exception as error:  # one notice must not keep all projects from being told
                failed[notice.pk] = error
                continue
            notice.handed_at = timezone.now()
            notice.save(update_fields=("handed_at",))
            done += 1
    if failed:
        raise next(iter(failed.values()))
    return done


def expire() -> int:
    """Remove what was handed over long ago; incidents keep their timelines. Returns how many."""
    old = Notice.objects.filter(handed_at__lt=timezone.now() - KEEP)
    return old.delete()[1].get(Notice._meta.label, 0)
