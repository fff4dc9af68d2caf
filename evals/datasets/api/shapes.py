"""Datasets and items as Langfuse's SDKs read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from evals.datasets import media
from evals.datasets.models import Dataset, ItemVersion
from ingest.media import links
from ingest.media.models import Media
from traces.api.moments import iso


def written(moment: datetime) -> str:
    """In milliseconds, as a change of items has them: `version` asks by what was written here."""
    return iso(int(moment.timestamp() * 1000 + 0.5) * 1_000_000) or ""


def dataset_shape(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "description": dataset.description or None,
        "metadata": dataset.metadata,
        "inputSchema": dataset.input_schema,
        "expectedOutputSchema": dataset.expected_output_schema,
        "projectId": dataset.project_id,
        "createdAt": written(dataset.created_at),
        "updatedAt": written(dataset.updated_at),
    }


def item_shapes(request: HttpRequest, items: Sequence[ItemVersion]) -> list[dict[str, Any]]:
    """One query more where any of them refers to files."""
    places = {item.pk: media.places_in(item) for item in items}
    files = media.uploaded(
        request.auth.project_id, [place for some in places.values() for place in some]
    )
    return [_item_shape(request, item, places[item.pk], files) for item in items]


def _item_shape(
    request: HttpRequest, item: ItemVersion, places: list[media.Place], files: dict[str, Media]
) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "status": item.status,
        "input": item.input,
        "expectedOutput": item.expected_output,
        "metadata": item.metadata,
        "sourceTraceId": item.source_trace_id or None,
        "sourceObservationId": item.source_observation_id or None,
        "datasetId": item.dataset_id,
        "datasetName": item.dataset.name,
        "createdAt": written(item.created_at),
        "updatedAt": written(item.valid_from),
        "mediaReferences": [
            {
                "field": place.field,
                "referenceString": place.text,
                "jsonPath": place.path,
                "media": _file_shape(request, files[place.media_id]),
            }
            for place in places
            if place.media_id in files
        ],
    }


def _file_shape(request: HttpRequest, file: Media) -> dict[str, Any]:
    return {
        "mediaId": file.media_id,
        "contentType": file.content_type,
        "contentLength": file.content_length,
        "url": links.link(request, links.DOWNLOAD, file.pk),
        "urlExpiry": written(links.expiry()),
    }
