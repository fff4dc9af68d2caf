"""/api/public/dataset-run-items and /api/public/datasets/…/runs, as Langfuse's SDKs 2 to 4 call
them. What they post is there when they are answered.
"""

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from evals.datasets import names
from evals.datasets.models import Dataset, ItemVersion
from evals.experiments import recording
from evals.experiments.api.asking import (
    RunsView,
    dataset_of,
    item_shape,
    moment_in,
    name_in,
    run_named,
    run_shape,
    text_in,
)
from evals.experiments.models import MAX_DESCRIPTION, RunItem
from evals.experiments.reading import experiments, item_run_count, item_runs, of_item
from traces.api.body import object_in
from traces.api.parameters import page_in
from traces.queries.langfuse.traces import traces_of_observations

RUNS = "/runs"
MOST_WHOLE = 100_000  # items of a run that is answered in one piece


class RunItemList(RunsView):
    """Items of a run by page; POST links an item to its trace."""

    def post(self, request: HttpRequest) -> Response:
        row, name = linked(request.auth.project_id, dict(object_in(request.data)))
        return Response(item_shape(of_item(row, None), name))

    def get(self, request: HttpRequest) -> Response:
        """Those of one run, the newest first."""
        dataset_id, name = request.GET.get("datasetId", ""), request.GET.get("runName", "")
        if not dataset_id or not name:
            raise ValidationError("datasetId and runName must be given.")
        run = run_named(dataset_of(request, pk=dataset_id), name)
        page = page_in(request.GET)
        project_id, end = request.auth.project_id, page.offset + page.limit
        total = item_run_count(project_id, run.id)
        found = item_runs(project_id, [run.id], most=end)[run.id] if page.offset < total else []
        data = [item_shape(one, run.name) for one in found[page.offset : end]]
        return Response({"data": data, "meta": page.meta(total)})


def linked(project_id: str, body: dict[str, Any]) -> tuple[RunItem, str]:
    item_id = names.item_id(body.get("datasetItemId"))
    name = name_in(body, "runName")
    description = text_in(body, "runDescription", MAX_DESCRIPTION)
    span_id = names.source_id(body.get("observationId"), "observationId")
    trace_id = names.source_id(body.get("traceId"), "traceId") or trace_around(project_id, span_id)
    version_at, at = moment_in(body, "datasetVersion"), moment_in(body, "createdAt")
    run = recording.recorded(
        dataset_with(project_id, item_id),
        name,
        description=description or None,
        metadata=body.get("metadata"),
        at=at,
    )
    row = recording.link(run, item_id, trace_id, span_id, version_at=version_at, at=at)
    return row, name


def trace_around(project_id: str, span_id: str) -> str:
    if not span_id:
        raise ValidationError("traceId must be given.")
    if trace_id := traces_of_observations(project_id, [span_id]).get(span_id):
        return trace_id
    raise NotFound("Observation not found.")


def dataset_with(project_id: str, item_id: str) -> Dataset:
    """The dataset that has the item, or had it in an earlier version."""
    versions = ItemVersion.objects.filter(project=project_id, item_id=item_id, is_deleted=False)
    found = versions.select_related("dataset").order_by("-valid_from").first()
    if found is None:
        raise NotFound("Dataset item not found.")
    return found.dataset


class DatasetRuns(RunsView):
    """`datasets/<name>/runs` and `datasets/<name>/runs/<run>`, where both names may hold slashes,
    since clients write them as they are, and servers decode what they do not.
    """

    def get(self, request: HttpRequest, rest: str) -> Response:
        if rest.endswith(RUNS):
            return self._listed(request, rest.removesuffix(RUNS))
        dataset, run = found_in(request, rest)
        items = item_runs(request.auth.project_id, [run.id], most=MOST_WHOLE + 1)[run.id]
        if len(items) > MOST_WHOLE:
            raise ValidationError(
                f"The run has more than {MOST_WHOLE} items: GET /api/public/dataset-run-items "
                "pages through them."
            )
        shown = [item_shape(one, run.name) for one in items]
        return Response({**run_shape(run, dataset), "datasetRunItems": shown})

    def delete(self, request: HttpRequest, rest: str) -> Response:
        _dataset, run = found_in(request, rest)
        recording.delete(request.auth.project_id, run)
        return Response({"message": "Dataset run successfully deleted"})

    def _listed(self, request: HttpRequest, name: str) -> Response:
        dataset, page = dataset_of(request, name=name), page_in(request.GET)
        found = experiments(request.auth.project_id, dataset_ids=[dataset.pk])
        shown = found[page.offset : page.offset + page.limit]
        data = [run_shape(one, dataset) for one in shown]
        return Response({"data": data, "meta": page.meta(len(found))})


def found_in(request: HttpRequest, rest: str) -> tuple[Dataset, Any]:
    """The dataset and the run of a path: where it can be parted in several ways, the first that
    names a dataset.
    """
    parts = rest.split(f"{RUNS}/")
    ways = [
        (f"{RUNS}/".join(parts[:at]), f"{RUNS}/".join(parts[at:])) for at in range(1, len(parts))
    ]
    named = Dataset.objects.filter(
        project=request.auth.project_id, name__in=[name for name, _ in ways]
    )
    by_name = {one.name: one for one in named}
    for name, run_name in ways:
        if name in by_name and run_name:
            return by_name[name], run_named(by_name[name], run_name)
    raise NotFound("Dataset not found.")
