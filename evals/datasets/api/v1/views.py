"""GET /api/v1/datasets, one of them by its name, and its items, now or at a moment."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts.authentication import require_scope
from evals.datasets import items, keeping, listing
from evals.datasets.api.v1.fields import (
    DatasetFields,
    DatasetPageFields,
    DatasetsAsked,
    ItemPageFields,
    ItemsAsked,
    dataset_shape,
    item_shape,
)
from evals.datasets.models import Dataset
from traces.api.moments import NANOSECONDS
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import asked, cursor_of
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View

TAGS = ["Datasets"]
MOST_PAGE_CHARACTERS = 8_000_000  # of values, about


class DatasetsView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_datasets",
        tags=TAGS,
        summary="Datasets by name",
        description="Without their items, which have a list of their own.",
        parameters=[DatasetsAsked],
        responses={200: DatasetPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(DatasetsAsked, request)
        rows = Dataset.objects.filter(project=request.auth.project_id)
        if found["search"]:
            rows = rows.filter(name__icontains=found["search"])
        if folder := found["folder"].strip("/"):
            rows = rows.filter(name__startswith=f"{folder}/")
        if cursor := cursor_of(found, str):
            rows = rows.filter(name__gt=cursor[0])
        page = list(rows.order_by("name")[: found["limit"] + 1])
        shown = page[: found["limit"]]
        more = encoded_cursor(shown[-1].name) if len(page) > len(shown) else None
        data = [dataset_shape(line) for line in listing.lines(shown)]
        return Response({"data": data, "next_cursor": more})


class DatasetView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="get_dataset",
        tags=TAGS,
        summary="One dataset by its name",
        description="A name's slashes may be written as they are or as %2F.",
        responses={200: DatasetFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str) -> Response:
        [line] = listing.lines([dataset_named(request, name)])
        return Response(dataset_shape(line))


class ItemsView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_dataset_items",
        tags=TAGS,
        summary="The items of a dataset, newest first, as they are or as they were at a moment",
        description="A page ends early where its items are very long; next_cursor goes on.",
        parameters=[ItemsAsked],
        responses={200: ItemPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str) -> Response:
        found = asked(ItemsAsked, request)
        at = found.get("at")
        moment = None if at is None else datetime.fromtimestamp(at / NANOSECONDS, UTC)
        rows = items.items_at(dataset_named(request, name), moment)
        if found["split"]:
            rows = rows.filter(splits__contains=[found["split"]])
        if found.get("status"):
            rows = rows.filter(status=found["status"])
        if cursor := cursor_of(found, int):
            rows = rows.filter(number__lt=cursor[0])
        data: list[dict[str, Any]] = []
        size, is_more = 0, False
        for row in rows[: found["limit"] + 1].iterator(chunk_size=20):
            if len(data) == found["limit"] or size > MOST_PAGE_CHARACTERS:
                is_more = True
                break
            data.append(item_shape(row))
            size += sum(len(str(value)) for value in (row.input, row.expected_output, row.metadata))
        last = data[-1]["number"] if is_more else None
        return Response({"data": data, "next_cursor": last and encoded_cursor(last)})


def dataset_named(request: HttpRequest, name: str) -> Dataset:
    found = keeping.named(request.auth.project_id, name)
    if found is None:
        raise NotFound("There is no such dataset.")
    return found
