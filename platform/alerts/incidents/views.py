"""The incidents of a project."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from alerts.incidents.models import Incident

A_PAGE = 50


@require_safe
def incident_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    found = list(Incident.objects.filter(project=project)[:A_PAGE])
    return render(request, "alerts/incidents/list.html", {"project": project, "found": found})
