"""Repeating an experiment each night, and no longer."""

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evals.experiments.models import Plan
from evals.experiments.running import nightly
from evals.experiments.running.planning import Unplannable
from evals.experiments.views.asked import address, editable, id_in
from prompts.names import LATEST, InvalidName, label_name

log = structlog.get_logger(__name__)


@require_POST
def experiment_nightly(request: HttpRequest, project_id: str) -> HttpResponse:
    """`id` of the experiment, `label`, `hour`."""
    project = editable(request.user, project_id)
    run_id = id_in(request.POST.get("id", ""))
    found = Plan.objects.select_related("run__dataset", "prompt", "connection")
    plan = found.filter(run__project=project, run__public_id=run_id).first()
    if plan is None:
        raise Http404("There is no such experiment that Sonde runs.")
    try:
        made = nightly.repeat(
            plan, label_in(request.POST.get("label", "")), hour_in(request), request.user
        )
    except (InvalidName, Unplannable) as error:
        messages.error(request, str(error))
        return redirect(address("experiment-page", project, run_id))
    log.info("nightly_made", user=request.user.pk, project=project.id, nightly=made.pk)
    messages.success(request, _("It is run each night from now on."))
    return redirect(address("experiment-list", project))


def label_in(text: str) -> str:
    """`latest` is a label here, too."""
    return text if text == LATEST else label_name(text)


def hour_in(request: HttpRequest) -> int:
    text = request.POST.get("hour", "")
    if text not in map(str, range(24)):
        raise Unplannable(_("Choose an hour."))
    return int(text)


@require_POST
def experiment_nightly_end(request: HttpRequest, project_id: str, nightly_id: int) -> HttpResponse:
    project = editable(request.user, project_id)
    get_object_or_404(nightly.of_project(project.id), pk=nightly_id).delete()
    log.info("nightly_ended", user=request.user.pk, project=project.id, nightly=nightly_id)
    messages.success(request, _("It is no longer run each night."))
    return redirect(address("experiment-list", project))
