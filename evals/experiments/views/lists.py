"""The list of a project's experiments."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets.models import Dataset
from evals.experiments.measuring import Summary, measurements, summary
from evals.experiments.progress import Progress, progress_of_several
from evals.experiments.reading import MOST_RUNS, Experiment, experiments
from evals.experiments.running import nightly
from evals.experiments.views.asked import baselines_of, datasets_of, page_of
from traces.views.away import tells_when_away

SHOWN = 20
MOST_MEASURED = 500  # items of each: a page lists many experiments


@dataclass(frozen=True, slots=True)
class Line:
    experiment: Experiment
    dataset: Dataset | None
    summary: Summary
    is_baseline: bool
    progress: Progress | None  # of one that Sonde runs

    @property
    def items(self) -> int:
        return max(self.experiment.items, self.summary.items)

    @property
    def is_cut(self) -> bool:
        """Whether the summary is of a part of the items, the newest."""
        return self.items > self.summary.items


@require_safe
@tells_when_away
def experiment_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?dataset=`, `?page=`."""
    project = project_for(request.user, project_id)
    datasets = {one.pk: one for one in datasets_of(project)}
    dataset = datasets.get(request.GET.get("dataset", ""))
    found = experiments(project.id, dataset_ids=[dataset.pk] if dataset else ())
    page = page_of(request, found, SHOWN)
    measured = measurements(project.id, [one.id for one in page.things], most=MOST_MEASURED)
    baselines = baselines_of(project)
    progress = progress_of_several(project.id, [one.id for one in page.things])
    lines = [
        Line(
            one,
            datasets.get(one.dataset_id),
            summary(measured[one.id]),
            baselines.get(one.dataset_id) == one.id,
            progress.get(one.id),
        )
        for one in page.things
    ]
    context = {
        "project": project,
        "datasets": datasets.values(),
        "dataset": dataset,
        "lines": lines,
        "is_part": any(line.is_cut for line in lines),
        "most": MOST_MEASURED,
        "nightlies": list(nightly.of_project(project.id)),
        "page": page,
        "query": urlencode({"dataset": dataset.pk}) if dataset else "",
        "is_cut": len(found) >= MOST_RUNS,
    }
    return render(request, "experiments/list.html", context)
