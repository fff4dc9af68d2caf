"""What pages say of incidents: `{% load incidents %}`."""

from django import template

from accounts.models import Project
from alerts.incidents.models import Incident

register = template.Library()

MOST_COUNTED = 100  # by the index of what is open, on every page


@register.simple_tag
def open_incidents(project: Project) -> str:
    """How many are open, “99+” where that is more; "" without any."""
    found = Incident.objects.filter(project=project.id, resolved_at=None)[:MOST_COUNTED].count()
    return f"{found - 1}+" if found == MOST_COUNTED else str(found or "")
