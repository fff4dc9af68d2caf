"""A project's evaluators, and how fast its connections are asked."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.roles import LEAST_ROLE, Role
from evals.judges import evaluators, listing
from evals.judges.forms import PaceForm
from evals.judges.models import Pace
from llm.models import LlmConnection

MOST_CONNECTIONS = 100


@require_safe
def evaluator_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    found = list(project.evaluators.select_related("rule")[: evaluators.MOST_EVALUATORS])
    connections = list(project.llm_connections.all()[:MOST_CONNECTIONS])
    paces = {one.connection_id: one for one in Pace.objects.filter(connection__in=connections)}
    context = {
        "project": project,
        "lines": listing.lines(found, timezone.now()),
        "connections": [(one, paces.get(one.pk) or Pace(connection=one)) for one in connections],
    }
    return render(request, "judges/list.html", context)


@require_POST
def evaluator_pace(request: HttpRequest, project_id: str, connection_id: str) -> HttpResponse:
    project = project_for(request.user, project_id, Role(LEAST_ROLE["manage_connections"]))
    if "\0" in connection_id:
        raise Http404
    connection = get_object_or_404(LlmConnection, pk=connection_id, project=project)
    form = PaceForm(request.POST)
    if form.is_valid():
        Pace.objects.update_or_create(connection=connection, defaults=form.cleaned_data)
        evaluators.log.info(
            "judging_pace_changed",
            project=project.id,
            user=request.user.pk,
            connection=connection.pk,
            **form.cleaned_data,
        )
        messages.success(request, _("Judges ask this connection at the new pace from now on."))
    else:
        messages.error(request, _("A pace is 1 to 100,000 calls a minute, 1 to 64 at a time."))
    return redirect("evaluator-list", project.id)
