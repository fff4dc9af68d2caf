"""`{% load annotation %}`: putting what a page shows into a queue."""

from typing import Any

from django import template

from accounts.models import Project
from evals.annotation import queues

register = template.Library()


@register.inclusion_tag("annotation/_menu.html")
def queue_menu(
    project: Project, *, trace: str = "", span: str = "", session: str = "", brief: bool = False
) -> dict[str, Any]:
    """The queues into which this trace, observation or session can be put; `brief` is an icon."""
    target = {"trace": trace, "span": span, "session": session}
    return {
        "project": project,
        "target": [(name, value) for name, value in target.items() if value],
        "queues": list(queues.of_project(project.id).only("id", "name")),
        "brief": brief,
    }
