"""Running a prompt on a dataset: the form, its estimate, starting, stopping."""

from typing import Any

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Project
from evals.datasets.models import Dataset
from evals.experiments.forms import RunForm
from evals.experiments.models import Plan
from evals.experiments.running import holding, planning
from evals.experiments.running.planning import Estimate, Unplannable, Wish
from evals.experiments.tasks import hand_over
from evals.experiments.views.asked import address, datasets_of, editable, id_in
from llm import connections
from prompts.models import Prompt
from prompts.playground.sources import names_of
from traces.views.away import tells_when_away

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@tells_when_away
def experiment_new(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?dataset=`, `?prompt=`; posted with `do=estimate` or `do=start`."""
    project = editable(request.user, project_id)
    asked = request.POST if request.method == "POST" else request.GET
    dataset = Dataset.objects.filter(project=project, pk=text_in(asked, "dataset")).first()
    prompt = Prompt.objects.filter(project=project, name=text_in(asked, "prompt")).first()
    known = connections.of(project)
    context: dict[str, Any] = {
        "project": project,
        "datasets": datasets_of(project),
        "prompts": names_of(project),
        "dataset": dataset,
        "prompt": prompt,
        "connections": known,
        "models": sorted({name for one in known for name in one.model_names})[:200],
    }
    if dataset is None or prompt is None or not known:
        return render(request, "experiments/new.html", context)
    given = request.POST if request.method == "POST" else None
    form = RunForm(given, dataset=dataset, prompt=prompt, connections=known, initial=initial(known))
    context["form"] = form
    if given is not None and form.is_valid():
        try:
            if given.get("do") == "start":
                return started(request, project, form.wishes)
            context["estimates"] = estimates(form.wishes)
        except Unplannable as error:
            form.add_error(None, str(error))
    status = 400 if form.errors else 200
    return render(request, "experiments/new.html", context, status=status)


def text_in(asked: Any, name: str) -> str:
    return asked.get(name, "").replace("\0", "")[:300]


def initial(known: list[Any]) -> dict[str, Any]:
    first = known[0]
    return {"connection": first.pk, "models": list(first.model_names[:1])}


def estimates(wishes: list[Wish]) -> list[tuple[Wish, Estimate]]:
    for wish in wishes:
        planning.check(wish)
    return [(wish, planning.estimate(wish)) for wish in wishes]


def started(request: HttpRequest, project: Project, wishes: list[Wish]) -> HttpResponse:
    """All of them or none."""
    with transaction.atomic():
        plans = [
            planning.start(wish, request.user, planning.estimate(wish).total) for wish in wishes
        ]
    for plan in plans:
        log.info("experiment_asked_for", user=request.user.pk, project=project.id, plan=plan.pk)
    hand_over()
    words = ngettext("The experiment has begun.", "%(n)d experiments have begun.", len(plans))
    messages.success(request, words % {"n": len(plans)})
    if len(plans) == 1:
        return redirect(address("experiment-page", project, plans[0].run.public_id))
    return redirect(address("experiment-list", project, dataset=plans[0].run.dataset_id or ""))


@require_POST
def experiment_stop(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    run_id = id_in(request.POST.get("id", ""))
    plan = Plan.objects.filter(run__project=project, run__public_id=run_id).first()
    if plan is None:
        raise Http404("There is no such experiment that Sonde runs.")
    if holding.cancel(plan):
        log.info("experiment_stopped", user=request.user.pk, project=project.id, plan=plan.pk)
        messages.success(request, _("Stopped. What was answered is kept."))
    return redirect(address("experiment-page", project, run_id))
