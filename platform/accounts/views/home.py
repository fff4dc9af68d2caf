"""Where `/` leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import projects_of

LAST_PROJECT = "last_project"  # in the session


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the project seen last, else to the first; a person without one makes one."""
    projects = {project.id: project for project in projects_of(request.user)}
    if not projects:
        return redirect("organisation-create")
    last = request.session.get(LAST_PROJECT)
    project = projects.get(last) or next(iter(projects.values()))
    return redirect("trace-list", project.id)
