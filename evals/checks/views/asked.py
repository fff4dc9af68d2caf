"""Whose checks a page is about, and who may change them."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from evals.checks.models import ProjectCheck

page = require_http_methods(["GET", "HEAD", "POST"])


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def check_of(project: Project, check_id: int) -> ProjectCheck:
    row = get_object_or_404(ProjectCheck, pk=check_id, project_id=project.id)
    row.project = project
    return row
