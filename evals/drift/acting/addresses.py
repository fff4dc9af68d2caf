"""Where people see a monitor and a verdict, as a whole address."""

from django.conf import settings
from django.urls import reverse

from evals.drift.models import DriftVerdict


def verdict_address(verdict: DriftVerdict) -> str:
    """For whoever is not on these pages."""
    page = reverse(
        "drift-verdict", args=[verdict.monitor.project_id, verdict.monitor_id, verdict.pk]
    )
    return f"{settings.BASE_URL.rstrip('/')}{page}"
