"""What monitors found."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from evals.drift.models import DriftMonitor, DriftVerdict

KEPT = timedelta(days=400)
MOST_EXPIRED = 5_000  # at once


def latest(project_id: str, monitors: Iterable[str] | None = None) -> dict[str, DriftVerdict]:
    """The newest verdict of each monitor of the project (or of these of them), by its id."""
    found = DriftVerdict.objects.filter(monitor__project=project_id)
    if monitors is not None:
        found = found.filter(monitor__in=list(monitors))
    newest = found.order_by("monitor_id", "-at", "-pk").distinct("monitor_id")
    return {one.monitor_id: one for one in newest}


def of_monitor(
    monitor: DriftMonitor, *, before: datetime | None = None, limit: int = 50
) -> list[DriftVerdict]:
    """Newest first; with `before`, those of windows that ended earlier."""
    found = monitor.verdicts.select_related("marked_by")
    if before is not None:
        found = found.filter(at__lt=before)
    return list(found.order_by("-at", "-pk")[:limit])


def expire(now: datetime | None = None) -> int:
    """Removes those of windows that ended more than KEPT ago. Returns how many."""
    old = DriftVerdict.objects.filter(at__lt=(now or timezone.now()) - KEPT)
    ids = list(old.values_list("pk", flat=True)[:MOST_EXPIRED])
    return DriftVerdict.objects.filter(pk__in=ids).delete()[0]
