"""Running the monitors that are due: once a day, each window once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from evals.drift.performance.comparing import Found, compared, waiting
from evals.drift.performance.models import (
    MAX_SAID,
    PerformanceMonitor,
    PerformanceVerdict,
)
from traces.errors import LimitReached, Refused, Unavailable
from traces.queries.labelled import Labelled, Wanted, labelled
from webhooks.events import announce
from webhooks.names import Event

EVERY, AGAIN = timedelta(days=1), timedelta(minutes=15)
NS = 1_000_000_000
MOST_DUE = 200

log = structlog.get_logger(__name__)


def due(now: datetime | None = None) -> list[str]:
    found = PerformanceMonitor.objects.filter(is_on=True, next_at__lte=now or timezone.now())
    return list(found.order_by("next_at", "pk").values_list("pk", flat=True)[:MOST_DUE])


def run(monitor_id: str, now: datetime | None = None) -> PerformanceVerdict | None:
    """None where it was off, changed meanwhile, run before, or the store could not tell."""
    now = now or timezone.now()
    found = PerformanceMonitor.objects.select_related("project")
    monitor = found.filter(pk=monitor_id, is_on=True).first()
    if monitor is None:
        return None
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end -= timedelta(days=monitor.label_days)
    middle = end - timedelta(days=monitor.current_days)
    start = middle - timedelta(days=monitor.reference_days)
    try:
        reference = labelled(_wanted(monitor, start, middle, now))
        current = labelled(_wanted(monitor, middle, end, now))
    except (Unavailable, LimitReached, Refused) as error:
        same = PerformanceMonitor.objects.filter(pk=monitor.pk, version=monitor.version)
        same.update(next_at=now + AGAIN, last_error=str(error)[:MAX_SAID])
        log.warning("performance_not_measured", monitor=monitor.pk, reason=str(error)[:200])
        return None
    fields = {"current_start": middle, "reference_start": start, "judged_at": now}
    fields |= _fields(compared(monitor, reference, current), reference, current)
    return _kept(monitor, end, fields, now)


def _wanted(monitor: PerformanceMonitor, since: datetime, until: datetime, now: datetime) -> Wanted:
    low, high, known = (int(one.timestamp()) * NS for one in (since, until, now))
    return Wanted(
        project_id=monitor.project_id,
        since=low,
        until=high,
        known_at=known,
        prediction=monitor.prediction,
        label=monitor.label,
        confidence=monitor.confidence,
        by_trace=monitor.by_trace,
    )


def _fields(found: Found, reference: Labelled, current: Labelled) -> dict[str, Any]:
    without = {"reference": waiting(reference), "current": waiting(current)}
    return {
        "state": str(found.state),
        "figures": found.figures,
        "why": found.why[:MAX_SAID],
        "waiting_reference": without["reference"],
        "waiting_current": without["current"],
        "labelled_reference": len(reference.labels) - without["reference"],
        "labelled_current": len(current.labels) - without["current"],
    }


def _kept(
    monitor: PerformanceMonitor, end: datetime, fields: dict[str, Any], now: datetime
) -> PerformanceVerdict | None:
    """In one transaction with what webhooks are told of it."""
    with transaction.atomic():
        same = PerformanceMonitor.objects.select_for_update().filter(
            pk=monitor.pk, version=monitor.version, is_on=True
        )
        if not same.exists():
            return None
        same.update(next_at=now + EVERY, last_error="")
        verdict, is_new = PerformanceVerdict.objects.get_or_create(
            monitor=monitor, at=end, defaults=fields
        )
        if is_new and verdict.is_drift:
            _tell(verdict)
    return verdict if is_new else None


def _tell(verdict: PerformanceVerdict) -> None:
    monitor = verdict.monitor
    page = reverse("drift-performance-one", args=[monitor.project_id, monitor.pk])
    told = {
        "performance": {
            "id": monitor.pk,
            "name": monitor.name,
            "prediction": monitor.prediction,
            "label": monitor.label,
            "figure": monitor.figure,
            "least_effect": monitor.least_effect,
        },
        "verdict": {
            "id": verdict.pk,
            "state": verdict.state,
            "figures": verdict.figures,
            "reference_start": verdict.reference_start.isoformat(),
            "current_start": verdict.current_start.isoformat(),
            "current_end": verdict.at.isoformat(),
            "labelled": verdict.labelled_current,
            "waiting": verdict.waiting_current,
        },
        "address": f"{settings.BASE_URL.rstrip('/')}{page}",
    }
    announce(monitor.project, str(Event.DRIFT_DETECTED), told)
