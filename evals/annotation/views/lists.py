"""The queues of a project, and how far each is."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.annotation import queues
from evals.annotation.progress import is_member, progress_of
from evals.annotation.views.asked import number_in

A_PAGE = 50


@require_safe
def queue_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    pages = Paginator(queues.of_project(project.id), A_PAGE)
    shown = pages.get_page(number_in(request.GET.get("page", "")))
    found = progress_of(queues.of_project(project.id).filter(pk__in=[one.pk for one in shown]))
    mine = is_member([one.queue for one in found], request.user)
    context = {"project": project, "found": found, "mine": mine, "page": shown}
    return render(request, "annotation/list.html", context)
