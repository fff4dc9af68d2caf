"""Which monitors are to be asked."""

from datetime import datetime

from django.db.models import Min, Q

from evals.drift.models import DriftMonitor

MOST_PROJECTS = 500


def due(now: datetime) -> Q:
    return Q(is_on=True, next_at__lte=now) | Q(asked_at__isnull=False)


def projects_with_due(now: datetime) -> list[str]:
    """Those that have waited longest first."""
    found = DriftMonitor.objects.filter(due(now)).values("project_id")
    waiting = found.annotate(since=Min("next_at")).order_by("since", "project_id")
    return list(waiting.values_list("project_id", flat=True)[:MOST_PROJECTS])


def has_due(project_id: str, now: datetime) -> bool:
    return DriftMonitor.objects.filter(due(now), project=project_id).exists()
