"""Where `/` and a project's own address lead."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import project_for, projects_of
from accounts.models import Project

LAST_PROJECT = "last_project"  # in the session


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the project chosen last, else to the first; a person without one makes one."""
    project = last_project(request)
    return redirect("trace-list", project.id) if project else redirect("organisation-create")


def last_project(request: HttpRequest) -> Project | None:
    """The project chosen last, else the first. Pages that are about no project show its rail."""
    mine = [project.id for project in projects_of(request.user)]
    last = request.session.get(LAST_PROJECT)
    if not mine:
        return None
    return project_for(request.user, last if last in mine else mine[0])


@require_safe
def project_home(request: HttpRequest, project_id: str) -> HttpResponse:
    """To the project's traces, and remember that it was chosen."""
    project = project_for(request.user, project_id)
    request.session[LAST_PROJECT] = project.id
    return redirect("trace-list", project.id)
