"""What happened on the time axis: listed beside each board, written and taken away by members."""

from datetime import datetime

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from dashboards.boards import markers
from dashboards.boards.forms import MarkerForm
from dashboards.boards.models import Marker
from dashboards.boards.panel import Scope
from dashboards.boards.state import state_of
from traces.errors import Unavailable
from traces.queries.metrics import Unanswerable
from traces.views.lists import is_fragment

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def marker_list(request: HttpRequest, project_id: str) -> HttpResponse:
    least = Role(LEAST_ROLE["edit"] if request.method == "POST" else LEAST_ROLE["view"])
    project = project_for(request.user, project_id, least)
    form = MarkerForm(request.POST or None, initial={"at": now()})
    if request.method == "POST" and form.is_valid() and _added(request, project, form):
        return redirect(f"{reverse('marker-list', args=[project.id])}?{request.GET.urlencode()}")
    state = state_of(request)
    context = {"project": project, "state": state, "ask": state.ask, "form": form}
    context |= told(state.scope(project))
    template = "dashboards/_markers.html" if is_fragment(request) else "dashboards/markers.html"
    return render(request, template, context)


@require_POST
def marker_delete(request: HttpRequest, project_id: str, marker_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    gone, _of = Marker.objects.filter(project=project, pk=marker_id).delete()
    if not gone:
        raise Http404("There is no such marker.")
    log.info("marker deleted", marker=marker_id, project=project.id, user=request.user.pk)
    messages.success(request, _("The marker is deleted."))
    return redirect(f"{reverse('marker-list', args=[project.id])}?{request.GET.urlencode()}")


def told(scope: Scope) -> dict:
    """What is listed. Without the store, what people wrote and prompts did is still there."""
    try:
        found, is_whole = markers.events(scope), True
    except (Unavailable, Unanswerable):
        found, is_whole = markers.kept_events(scope), False
    drawn = markers.drawn(found)
    return {
        "events": found,
        "is_whole": is_whole,
        "charted": markers.for_charts(drawn, scope.zone),
        "most_drawn": markers.MOST_DRAWN if len(drawn) < len(found) else 0,
        "scope": scope,
    }


def _added(request: HttpRequest, project: Project, form: MarkerForm) -> bool:
    marker = form.save(commit=False)
    marker.user = request.user
    try:
        markers.add(project, marker)
    except markers.TooMany as error:
        form.add_error(None, str(error))
        return False
    log.info("marker added", marker=marker.pk, project=project.id, user=request.user.pk)
    messages.success(request, _("The marker is on the time axis of all boards."))
    return True


def now() -> datetime:
    return timezone.now().replace(microsecond=0)
