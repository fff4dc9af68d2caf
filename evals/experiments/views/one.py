"""One experiment: what it came to, and its items."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.experiments.itemtexts import Known, known
from evals.experiments.measuring import (
    Measured,
    measurements,
    scores_of_whole,
    summary,
    with_comments,
)
from evals.experiments.models import Baseline, Plan
from evals.experiments.progress import progress_of
from evals.experiments.reading import Experiment
from evals.experiments.views.asked import asked_experiment, dataset_of, page_of
from evals.experiments.views.judge import judged_by
from prompts.models import Label
from prompts.names import LATEST
from traces.queries.experiment_items import Figure, figures
from traces.queries.experiments import MOST_MEMBERS
from traces.views.away import tells_when_away

SHOWN = 25
MAX_TEXT = 2_000  # characters of an input or an output


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its texts."""

    measured: Measured
    known: Known
    texts: Figure | None


@require_safe
@tells_when_away
def experiment_page(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?id=`, `?show=failed`, `?page=`; `?part=progress` is how far it is."""
    project = project_for(request.user, project_id)
    experiment = asked_experiment(project, request.GET.get("id", ""))
    if request.htmx and request.GET.get("part") == "progress":
        return progress_part(request, project, experiment)
    measurement = measurements(project.id, [experiment.id])[experiment.id]
    dataset = dataset_of(project, experiment)
    baseline = Baseline.objects.filter(dataset=dataset).first() if dataset else None
    show = "failed" if request.GET.get("show") == "failed" else ""
    chosen = [one for one in measurement.values() if one.has_failed or not show]
    page = page_of(request, sorted(chosen, key=lambda one: not one.has_failed), SHOWN)
    progress = progress_of(project.id, experiment.id)
    context = {
        "project": project,
        "experiment": experiment,
        "is_part": experiment.items > len(measurement),
        "most": MOST_MEMBERS,
        "dataset": dataset,
        "summary": summary(measurement),
        "run_scores": scores_of_whole(project.id, experiment.id),
        "lines": lines_of(project, page.things),
        "page": page,
        "query": urlencode({"id": experiment.id, "show": show}),
        "show": show,
        "progress": progress,
        "judged": judged_by(project, experiment),
        "labels": labels_of(progress.plan) if progress else [],
        "hours": range(24),
        "baseline": baseline,
        "is_baseline": baseline is not None and baseline.public_id == experiment.id,
    }
    return render(request, "experiments/one.html", context)


def labels_of(plan: Plan) -> list[str]:
    """Of its prompt, `latest` last."""
    known = plan.prompt.labels.order_by("name") if plan.prompt else Label.objects.none()
    return [*known.values_list("name", flat=True), LATEST]


def progress_part(request: HttpRequest, project: Project, experiment: Experiment) -> HttpResponse:
    """The bar alone, which the page asks for until all is over: then the page is new."""
    progress = progress_of(project.id, experiment.id)
    context = {"project": project, "experiment": experiment, "progress": progress}
    response = render(request, "experiments/_progress.html", context)
    if progress is None or progress.plan.is_over:
        response["HX-Refresh"] = "true"
    return response


def lines_of(project: Project, measured: list[Measured]) -> list[Line]:
    found = with_comments(project.id, measured)
    texts = figures(project.id, [one.run.place for one in found], texts=MAX_TEXT)
    about = known(project.id, [one.run for one in found])
    return [
        Line(one, about[one.run.run_id, one.run.item_id], texts.get(one.run.place)) for one in found
    ]
