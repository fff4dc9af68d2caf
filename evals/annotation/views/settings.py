"""Making a queue, changing what it asks for, deleting it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import Project
from evals.annotation import queues
from evals.annotation.forms import QueueForm
from evals.annotation.models import Queue
from evals.annotation.views.asked import editable, page, queue_of


@page
def queue_create(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    form = QueueForm(request.POST or None, project=project, queue=None)
    if request.method == "POST" and form.is_valid():
        try:
            queue = queues.create(project, form.wish, user=request.user.pk)
        except queues.InvalidQueue as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The queue is made. Add what is to be annotated."))
            return redirect("queue-page", project.id, queue.pk)
    return answer(request, project, form, None)


@page
def queue_settings(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    queue = queue_of(project, queue_id)
    form = QueueForm(request.POST or None, project=project, queue=queue)
    if request.method == "POST" and form.is_valid():
        try:
            queues.change(queue, form.wish, user=request.user.pk)
        except queues.InvalidQueue as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The queue is changed."))
            return redirect("queue-page", project.id, queue.pk)
    return answer(request, project, form, queue_of(project, queue_id))


def answer(
    request: HttpRequest, project: Project, form: QueueForm, queue: Queue | None
) -> HttpResponse:
    context = {"project": project, "form": form, "queue": queue}
    return render(request, "annotation/settings.html", context, status=400 if form.errors else 200)


@page
def queue_delete(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    """A page that asks first."""
    project = editable(request.user, project_id)
    queue = queue_of(project, queue_id)
    if request.method == "POST":
        queues.delete(queue, user=request.user.pk)
        messages.success(request, _("The queue “%(name)s” is deleted.") % {"name": queue.name})
        return redirect("queue-list", project.id)
    context = {"project": project, "queue": queue, "count": queue.items.count()}
    return render(request, "annotation/delete.html", context)
