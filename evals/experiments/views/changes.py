"""Choosing a baseline, and deleting an experiment."""

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evals.experiments import recording
from evals.experiments.models import Baseline
from evals.experiments.views.asked import address, asked_experiment, dataset_of, editable
from traces.views.away import tells_when_away

log = structlog.get_logger(__name__)


@require_POST
@tells_when_away
def experiment_baseline(request: HttpRequest, project_id: str) -> HttpResponse:
    """`id`; with `clear`, the dataset has none any more."""
    project = editable(request.user, project_id)
    experiment = asked_experiment(project, request.POST.get("id", ""))
    dataset = dataset_of(project, experiment)
    if dataset is None:
        raise Http404("An experiment of no dataset is no baseline.")
    if request.POST.get("clear"):
        Baseline.objects.filter(dataset=dataset, public_id=experiment.id).delete()
        messages.success(request, _("The dataset has no baseline any more."))
    else:
        Baseline.objects.update_or_create(
            dataset=dataset,
            defaults={
                "public_id": experiment.id,
                "set_by": request.user,
                "set_at": timezone.now(),
            },
        )
        messages.success(request, _("This is the baseline of the dataset now."))
    log.info("baseline_changed", user=request.user.pk, project=project.id, run=experiment.id)
    return redirect(address("experiment-page", project, experiment.id))


@require_http_methods(["GET", "HEAD", "POST"])
@tells_when_away
def experiment_delete(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    asked = request.POST if request.method == "POST" else request.GET
    experiment = asked_experiment(project, asked.get("id", ""))
    if request.method != "POST":
        context = {"project": project, "experiment": experiment}
        return render(request, "experiments/delete.html", context)
    recording.delete(project.id, experiment)
    log.info("experiment_deleted", user=request.user.pk, project=project.id, run=experiment.id)
    messages.success(request, _("The experiment is deleted. Its traces are still there."))
    return redirect(address("experiment-list", project))
