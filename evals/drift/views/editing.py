"""Making and changing a monitor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Project
from evals.drift import changing
from evals.drift.forms import MonitorForm
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.views.asked import editable, monitor_of, page
from evals.drift.watched import WATCHED
from evals.drift.windows import InvalidBaseline

AGAIN = "again"  # the button that only shows the fields that go with what was chosen


@page
def monitor_new(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?watched=` says what of."""
    project = editable(request, project_id)
    watched = WATCHED.get(request.GET.get("watched", ""), next(iter(WATCHED.values())))
    blank = DriftMonitor(project=project, watched=watched.name, kind=str(watched.kinds[0]))
    return edited(request, project, blank)


@page
def monitor_edit(request: HttpRequest, project_id: str, monitor_id: str) -> HttpResponse:
    project = editable(request, project_id)
    return edited(request, project, monitor_of(project, monitor_id))


@require_POST
def monitor_fields(request: HttpRequest, project_id: str) -> HttpResponse:
    """A fragment: the fields that go with what was chosen, as they were filled."""
    project = editable(request, project_id)
    form = shown(MonitorForm(project, request.POST, of=DriftMonitor(project=project)))
    return render(request, "drift/_form.html", {"project": project, "form": form})


def edited(request: HttpRequest, project: Project, monitor: DriftMonitor) -> HttpResponse:
    is_new = monitor._state.adding
    name = monitor.name  # the form writes into it, also what is refused
    is_sent = request.method == "POST"
    form = MonitorForm(project, request.POST if is_sent else None, of=monitor)
    if AGAIN in request.POST:
        form = shown(form)
    elif is_sent and form.is_valid() and saved(request, form):
        return redirect("drift-monitor", project.id, monitor.pk)
    context = {"project": project, "form": form, "monitor": None if is_new else monitor}
    status = 400 if is_sent and AGAIN not in request.POST else 200
    return render(request, "drift/edit.html", {**context, "name": name}, status=status)


def saved(request: HttpRequest, form: MonitorForm) -> bool:
    monitor = form.wanted()
    try:
        changing.save(monitor, request.user)
    except (InvalidMonitor, InvalidBaseline) as error:
        form.refuse(error)
        return False
    messages.success(request, _("“%(name)s” is saved.") % {"name": monitor.name})
    return True


def shown(form: MonitorForm) -> MonitorForm:
    """As it was filled, without a word of what is still wrong."""
    form._errors = {}  # Django has no other way to show what was sent unjudged
    return form
