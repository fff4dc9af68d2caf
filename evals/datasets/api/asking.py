"""Bodies and errors that the APIs of datasets share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from accounts.authentication import require_scope
from accounts.models import Project
from evals.datasets import keeping
from evals.datasets.items import By
from evals.datasets.models import Dataset
from evals.datasets.names import InvalidName
from prompts.api.body import value_in
from traces.api.body import TooLarge
from traces.api.moments import NANOSECONDS
from traces.api.parameters import time_in
from traces.api.view import Away, LangfuseView
from traces.queries.langfuse.conditions import ALL_TIME

MAX_BYTES = 4_500_000  # as Langfuse takes: an item's three fields have a million characters each


class LargeJson(BaseParser):
    """Whatever the Content-Type says. Raises ValidationError, which names what is wrong."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> object:
        given = stream.read(MAX_BYTES + 1)
        if len(given) > MAX_BYTES:
            raise TooLarge(f"A body may have {MAX_BYTES:,} bytes.")
        return value_in(given)


class DatasetsView(LangfuseView):
    """Reads need the scope of reading, changes that of sending."""

    parser_classes = (LargeJson,)

    def get_permissions(self) -> list:
        scope = "read" if self.request.method in ("GET", "HEAD", "OPTIONS") else "ingest"
        return [require_scope(scope)()]

    def told(self, error: Exception) -> Exception:
        if isinstance(error, InvalidName | keeping.InvalidDataset):
            return exceptions.ValidationError(str(error))
        if isinstance(error, OperationalError | InterfaceError):
            return Away()
        return super().told(error)


def by_key(request: HttpRequest) -> By:
    return By(public_key=request.auth.public_key)


def project_of(request: HttpRequest) -> Project:
    return get_object_or_404(Project, pk=request.auth.project_id)


def dataset_named(request: HttpRequest, name: str) -> Dataset:
    found = keeping.named(request.auth.project_id, name)
    if found is None:
        raise exceptions.NotFound("Dataset not found")
    return found


def text_of(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        raise exceptions.ValidationError(f"{name} must be a text.")
    return text


def moment_in(query: QueryDict, name: str) -> datetime | None:
    """An ISO 8601 time, None where it is not given."""
    if not query.get(name):
        return None
    nanoseconds = time_in(query, name, "").since
    return datetime.fromtimestamp(min(nanoseconds, ALL_TIME.until) / NANOSECONDS, UTC)
