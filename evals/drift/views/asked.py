"""Which monitor or verdict a page is about, and who may change it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from evals.drift.models import MAX_ID, DriftMonitor, DriftVerdict

page = require_http_methods(["GET", "HEAD", "POST"])


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def monitor_of(project: Project, monitor_id: str) -> DriftMonitor:
    row = get_object_or_404(DriftMonitor, pk=_known(monitor_id), project_id=project.id)
    row.project = project
    return row


def verdict_of(monitor: DriftMonitor, verdict_id: str) -> DriftVerdict:
    found = DriftVerdict.objects.select_related("marked_by")
    row = get_object_or_404(found, pk=_known(verdict_id), monitor=monitor)
    row.monitor = monitor
    return row


def _known(given: str) -> str:
    return "" if len(given) > MAX_ID or "\0" in given else given
