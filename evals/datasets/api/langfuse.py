"""Langfuse's API of datasets and their items, as its SDKs 2 to 5 use it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from evals.datasets import items, keeping
from evals.datasets.api.asking import (
    DatasetsView,
    by_key,
    dataset_named,
    moment_in,
    project_of,
    text_of,
)
from evals.datasets.api.shapes import dataset_shape, item_shapes
from evals.datasets.items import NewItem, Refused
from evals.datasets.models import Dataset, ItemVersion
from prompts.api.body import object_of
from traces.api.parameters import page_in, words_in

AT_ONCE = 5  # items of a page that are in memory
OF_A_DATASET = {
    "description": "description",
    "metadata": "metadata",
    "inputSchema": "input_schema",
    "expectedOutputSchema": "expected_output_schema",
}
OF_AN_ITEM = {
    "input": "input",
    "expectedOutput": "expected_output",
    "metadata": "metadata",
    "status": "status",
    "sourceTraceId": "source_trace_id",
    "sourceObservationId": "source_observation_id",
}


def stated(body: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
    """What is given by our names. SDKs write null for what they were not told: it says nothing."""
    return {ours: body[theirs] for theirs, ours in fields.items() if body.get(theirs) is not None}


class DatasetList(DatasetsView):
    """Datasets by page; POST makes or changes one."""

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        found = Dataset.objects.filter(project=request.auth.project_id)
        shown = found.order_by("-created_at", "pk")[page.offset : page.offset + page.limit]
        data = [dataset_shape(one) for one in shown]
        return Response({"data": data, "meta": page.meta(found.count())})

    def post(self, request: HttpRequest) -> Response:
        """Of a name that is there, what is given is changed."""
        body = object_of(request.data)
        made = keeping.upsert(
            project_of(request), text_of(body, "name"), stated(body, OF_A_DATASET), by_key(request)
        )
        return Response(dataset_shape(made))


class DatasetDetail(DatasetsView):
    """One dataset."""

    def get(self, request: HttpRequest, name: str) -> Response:
        return Response(dataset_shape(dataset_named(request, name)))


class ItemList(DatasetsView):
    """Items of datasets by page; POST makes or changes one."""

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Newest first. Archived items are left out, unless `status` asks for them: SDKs run
        experiments on all that they get.
        """
        page = page_in(request.GET)
        found = matching(request, request.GET)
        shown = found.order_by("-created_at", "-number", "item_id").values_list("pk", flat=True)
        versions = list(shown[page.offset : page.offset + page.limit])
        written = written_page(request, versions, page.meta(found.count()))
        return StreamingHttpResponse(written, content_type="application/json")

    def post(self, request: HttpRequest) -> Response:
        """Of an id that is there, what is given is changed."""
        body = object_of(request.data)
        dataset = dataset_named(request, text_of(body, "datasetName"))
        item_id = text_of(body, "id") if body.get("id") is not None else ""
        wanted = NewItem(id=item_id, **stated(body, OF_AN_ITEM))
        [outcome] = items.add(dataset, [wanted], by_key(request))
        if isinstance(outcome, Refused):
            raise (
                NotFound(outcome.reason)
                if outcome.is_elsewhere
                else ValidationError(outcome.reason)
            )
        return Response(item_shapes(request, [outcome])[0])


class ItemDetail(DatasetsView):
    """One item; DELETE takes it away."""

    def get(self, request: HttpRequest, item_id: str) -> Response:
        return Response(item_shapes(request, [present(request, item_id)])[0])

    def delete(self, request: HttpRequest, item_id: str) -> Response:
        item = present(request, item_id)
        items.delete(item.dataset, [item.item_id], by_key(request))
        return Response({"message": "Dataset item successfully deleted"})


def written_page(
    request: HttpRequest, versions: Sequence[int], meta: Mapping[str, int]
) -> Iterator[str]:
    """The page's JSON, a few items at a time: a hundred of the longest are hundreds of megabytes,
    and a numbered page cannot end early.
    """
    yield '{"data": ['
    before = ""
    for first in range(0, len(versions), AT_ONCE):
        some = versions[first : first + AT_ONCE]
        there = ItemVersion.objects.select_related("dataset").in_bulk(some)
        for shape in item_shapes(request, [there[one] for one in some if one in there]):
            yield before + json.dumps(shape, ensure_ascii=False)
            before = ", "
    yield f'], "meta": {json.dumps(meta)}}}'


def present(request: HttpRequest, item_id: str) -> ItemVersion:
    found = items.item_in(request.auth.project_id, item_id)
    if found is None:
        raise NotFound("Dataset item not found")
    return found


def matching(request: HttpRequest, query: QueryDict) -> QuerySet[ItemVersion]:
    moment = moment_in(query, "version")
    if query.get("datasetName"):
        found = items.items_at(dataset_named(request, query["datasetName"]), moment)
    elif moment is not None:
        raise ValidationError("version needs datasetName as well.")
    else:
        found = ItemVersion.objects.filter(
            project=request.auth.project_id, valid_to=None, is_deleted=False
        )
    statuses = words_in(query, "status", ("ACTIVE", "ARCHIVED"))
    found = found.filter(status__in=statuses or ["ACTIVE"])
    if trace_id := query.get("sourceTraceId"):
        found = found.filter(source_trace_id=trace_id)
    if span_id := query.get("sourceObservationId"):
        found = found.filter(source_observation_id=span_id)
    return found
