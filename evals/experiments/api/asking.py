"""What requests about experiments have in common."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from rest_framework import exceptions

from accounts.authentication import require_scope
from evals.datasets import names
from evals.datasets.models import Dataset
from evals.experiments.models import MAX_NAME
from evals.experiments.reading import Experiment, ItemRun, experiment_named, moment_of
from traces.api.body import JsonBody
from traces.api.moments import iso, nanoseconds
from traces.api.view import Away, LangfuseView
from traces.queries.langfuse.conditions import ALL_TIME


class RunsView(LangfuseView):
    """Whoever sends traces may say which experiment they are of; whoever reads them may see it."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "read" if self.request.method == "GET" else "ingest"
        return [require_scope(scope)()]

    def told(self, error: Exception) -> Exception:
        if isinstance(error, names.InvalidName):
            return exceptions.ValidationError(str(error))
        if isinstance(error, OperationalError | InterfaceError):
            return Away()
        return super().told(error)


def dataset_of(request: HttpRequest, **which: str) -> Dataset:
    found = Dataset.objects.filter(project=request.auth.project_id, **which).first()
    if found is None:
        raise exceptions.NotFound("Dataset not found.")
    return found


def run_named(dataset: Dataset, name: str) -> Experiment:
    found = experiment_named(dataset, name)
    if found is None:
        raise exceptions.NotFound("Dataset run not found.")
    return found


def name_in(body: Mapping[str, Any], key: str) -> str:
    name = text_in(body, key, MAX_NAME)
    if not name.strip():
        raise exceptions.ValidationError(f"{key} must be a text that is not empty.")
    return name


def text_in(body: Mapping[str, Any], key: str, most: int) -> str:
    text = body.get(key)
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > most:
        raise exceptions.ValidationError(f"{key} must be a text of at most {most} characters.")
    return text


def moment_in(body: Mapping[str, Any], key: str) -> datetime | None:
    given = body.get(key)
    if given is None:
        return None
    found = nanoseconds(given) if isinstance(given, str) else None
    if found is None or not ALL_TIME.since <= found < ALL_TIME.until:
        raise exceptions.ValidationError(
            f"{key} must be an ISO 8601 time, such as 2026-01-31T09:30:00Z."
        )
    return moment_of(found)


def run_shape(run: Experiment, dataset: Dataset) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "description": run.description or None,
        "metadata": run.metadata,
        "datasetId": dataset.pk,
        "datasetName": dataset.name,
        "createdAt": iso(run.created),
        "updatedAt": iso(run.updated),
    }


def item_shape(item: ItemRun, run_name: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "datasetRunId": item.run_id,
        "datasetRunName": run_name,
        "datasetItemId": item.item_id,
        "traceId": item.trace_id,
        "observationId": item.span_id or None,
        "createdAt": iso(item.created),
        "updatedAt": iso(item.created),
    }
