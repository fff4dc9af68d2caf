"""`{% load held %}{% held_banner project %}` tells readers that something is yet to appear."""

from django import template

from accounts.models import Project
from ingest.held import waiting

register = template.Library()


@register.inclusion_tag("ingest/_held_banner.html")
def held_banner(project: Project) -> dict:
    """Nothing, unless batches of this project wait for ClickHouse."""
    return {"waiting": waiting(project.id)}
