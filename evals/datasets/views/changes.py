"""What became of a dataset's items between two moments."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets import differing, table
from evals.datasets.views.asked import dataset_of, moment_in, page_number, written


@require_safe
def dataset_changes(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    """`?from=`, `?to=`; without them, what the last change did."""
    project = project_for(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    moments = table.moments(dataset)
    until = moment_in(request, "to") or (moments[0].at if moments else timezone.now())
    since = moment_in(request, "from")
    if since is None:
        earlier = [one.at for one in moments if one.at < until]
        since = earlier[0] if earlier else until - timedelta(milliseconds=1)
    since, until = sorted((since, until))
    choices = [(one, written(one.at)) for one in moments]
    context = {
        "project": project,
        "dataset": dataset,
        "since": since,
        "until": until,
        "from": written(since),
        "to": written(until),
        "is_chosen": {written(since), written(until)} <= {text for _one, text in choices},
        "choices": choices,
        "changes": differing.changes(dataset, since, until, page_number(request)),
    }
    return render(request, "datasets/changes.html", context)
