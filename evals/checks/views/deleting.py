"""Deleting a check of a project."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evals.checks import changing
from evals.checks.views.asked import check_of, editable, page


@page
def check_delete(request: HttpRequest, project_id: str, check_id: int) -> HttpResponse:
    project = editable(request, project_id)
    row = check_of(project, check_id)
    if request.method == "POST":
        changing.delete(row, request.user)
        words = _("The check “%(name)s” is deleted. Its scores stay.")
        messages.success(request, words % {"name": row.name})
        return redirect("check-list", project.id)
    return render(request, "checks/delete.html", {"project": project, "row": row})
