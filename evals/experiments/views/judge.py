"""Putting an evaluator to an experiment that is there: from its page, or from the evaluator's."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Project
from evals.experiments.reading import Experiment, experiment_of, experiments
from evals.experiments.views.asked import editable, id_in
from evals.judges import evaluators, past, tasks
from evals.judges.models import Evaluator, PastRun
from traces.views.away import tells_when_away

MOST_OFFERED = 200  # experiments, the newest
MOST_SHOWN = 10  # runs of evaluators over one experiment


@require_http_methods(["GET", "HEAD", "POST"])
@tells_when_away
def experiment_judge(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?id=` and `?evaluator=`: with both it says how many items there are and what they may cost;
    posted, it begins.
    """
    project = editable(request.user, project_id)
    asked = request.POST if request.method == "POST" else request.GET
    run_id = id_in(asked.get("id", ""))
    experiment = experiment_of(project.id, run_id) if run_id else None
    evaluator = evaluator_of(project, asked.get("evaluator", ""))
    if request.method == "POST" and experiment and evaluator:
        return begun(request, project, experiment, evaluator)
    context = {
        "project": project,
        "experiment": experiment,
        "evaluator": evaluator,
        "evaluators": project.evaluators.all(),
        "experiments": experiments(project.id)[:MOST_OFFERED],
        "cost": cost_of(experiment, evaluator),
    }
    return render(request, "experiments/judge.html", context)


def evaluator_of(project: Project, key: str) -> Evaluator | None:
    return None if "\0" in key else project.evaluators.filter(pk=key).first()


def cost_of(experiment: Experiment | None, evaluator: Evaluator | None) -> Decimal | None:
    """None where it is unknown."""
    mean = past.mean_cost(evaluator) if experiment and evaluator else None
    return None if mean is None or experiment is None else mean * experiment.items


def begun(
    request: HttpRequest, project: Project, experiment: Experiment, evaluator: Evaluator
) -> HttpResponse:
    version = evaluators.current(evaluator)
    assert version is not None  # an evaluator is made with its first
    name = experiment.name
    try:
        past.begin_experiment(version, experiment.id, name, request.user)
    except past.TooMany:
        messages.warning(request, _("Five runs are at work already. Wait for one of them."))
    else:
        tasks.hand_over()
        messages.success(request, _("The run has begun. You can leave this page."))
    return redirect("evaluator-past", project.id, evaluator.pk)


def judged_by(project: Project, experiment: Experiment) -> list[tuple[PastRun, Any]]:
    """The latest runs of evaluators over it, and how far each came."""
    runs = PastRun.objects.filter(project=project, experiment=experiment.id)
    found = runs.select_related("version__evaluator")[:MOST_SHOWN]
    return [(one, past.progressed(one)) for one in found]
