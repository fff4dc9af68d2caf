"""What pages say of incidents: `{% load incidents %}`."""

from django import template

from accounts.models import Project
from alerts.incidents.models import Incident

register = template.Library()

MOST_COUNTED = 100  # by the index of what is open, on every page


@register.simple_tag
def open_incidents(project: Project) -> int:
    """How many are open: up to MOST_COUNTED."""
    return Incident.objects.filter(project=project.id, resolved_at=None)[:MOST_COUNTED].count()
