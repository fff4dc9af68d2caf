"""What a page of incidents is about, and who asks."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from alerts.incidents.models import MAX_ID, Incident, Silence

MOST_DIGITS = 9


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def incident_of(project: Project, incident_id: str) -> Incident:
    """Or Http404."""
    rows = Incident.objects.select_related("acknowledged_by", "assignee")
    found = get_object_or_404(rows, pk=_sound(incident_id), project_id=project.id)
    found.project = project  # with the role of whoever asks
    return found


def silence_of(project: Project, silence_id: str) -> Silence:
    """Or Http404."""
    return get_object_or_404(Silence, pk=_sound(silence_id), project_id=project.id)


def number_in(text: str) -> int:
    """A whole number from 1; 1 for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return max(1, int(text)) if is_number else 1


def _sound(text: str) -> str:
    if "\0" in text or len(text) > MAX_ID:
        raise Http404("There is nothing with this id.")
    return text
