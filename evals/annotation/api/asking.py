"""What requests to the API of queues have in common."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from rest_framework import exceptions, status

from accounts.authentication import require_scope
from evals.annotation import items, queues
from evals.annotation.models import Item, Queue
from traces.api.body import JsonBody
from traces.api.moments import NANOSECONDS, iso
from traces.api.view import Away, LangfuseView


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class QueuesView(LangfuseView):
    """Whoever sends scores may say what is to be scored; whoever reads them may see it."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "read" if self.request.method == "GET" else "ingest"
        return [require_scope(scope)()]

    def told(self, error: Exception) -> Exception:
        if isinstance(error, queues.NameTaken):
            return Conflict(str(error))
        if isinstance(error, queues.InvalidQueue | items.QueueFull):
            return exceptions.ValidationError(str(error))
        if isinstance(error, OperationalError | InterfaceError):
            return Away()
        return super().told(error)


def queue_of(request: HttpRequest, queue_id: str) -> Queue:
    found = queues.of_project(request.auth.project_id).filter(pk=queue_id).first()
    if found is None:
        raise exceptions.NotFound("Annotation queue not found.")
    return found


def item_of(request: HttpRequest, queue_id: str, item_id: str) -> Item:
    found = queue_of(request, queue_id).items.filter(pk=item_id).first()
    if found is None:
        raise exceptions.NotFound("Annotation queue item not found.")
    return found


def text_in(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        raise exceptions.ValidationError(f"{name} must be a text.")
    return text


def word_in(body: Mapping[str, Any], name: str, allowed: list[str]) -> str:
    word = body.get(name)
    if word not in allowed:
        raise exceptions.ValidationError(f"{name} must be one of {', '.join(allowed)}.")
    return str(word)


def moment(time: datetime | None) -> str | None:
    return None if time is None else iso(int(time.timestamp() * 1000) * (NANOSECONDS // 1000))
