"""Where `/` and a project's own address lead."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import project_for, projects_of

LAST_PROJECT = "last_project"  # in the session


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the project chosen last, else to the first; a person without one makes one."""
    projects = {project.id: project for project in projects_of(request.user)}
    if not projects:
        return redirect("organisation-create")
    last = request.session.get(LAST_PROJECT)
    project = projects.get(last) or next(iter(projects.values()))
    return redirect("trace-list", project.id)


@require_safe
def project_home(request: HttpRequest, project_id: str) -> HttpResponse:
    """To the project's traces, and remember that it was chosen."""
    project = project_for(request.user, project_id)
    request.session[LAST_PROJECT] = project.id
    return redirect("trace-list", project.id)
