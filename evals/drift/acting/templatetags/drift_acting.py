from typing import Any

from django import template

from accounts.models import Project
from evals.drift.acting import shown
from evals.drift.models import DriftMonitor, DriftVerdict

register = template.Library()


@register.inclusion_tag("drift/_actions.html", takes_context=True)
def drift_actions(
    context: template.Context,
    project: Project,
    monitor: DriftMonitor,
    verdict: DriftVerdict | None = None,
) -> dict[str, Any]:
    """What can be done about the verdict, what is done by itself, and what was done."""
    told = shown.context(project, monitor, verdict)
    return told | {"request": context.get("request"), "csrf_token": context.get("csrf_token")}
