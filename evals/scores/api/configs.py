"""/api/public/score-configs, as Langfuse's clients call it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.models import Project
from evals.scores import configs
from evals.scores.models import DataType, ScoreConfig
from evals.scores.rules import finite
from traces.api.body import JsonBody, object_in
from traces.api.clients import score_types
from traces.api.moments import NANOSECONDS, iso
from traces.api.parameters import page_in
from traces.api.view import Away, LangfuseView


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class ConfigsView(LangfuseView):
    """Whoever sends scores may say what they are; whoever reads them may see it."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "read" if self.request.method == "GET" else "ingest"
        return [require_scope(scope)()]

    def told(self, error: Exception) -> Exception:
        if isinstance(error, configs.NameTaken):
            return Conflict(str(error))
        if isinstance(error, configs.InvalidConfig):
            return exceptions.ValidationError(str(error))
        if isinstance(error, OperationalError | InterfaceError):
            return Away()
        return super().told(error)


class ConfigList(ConfigsView):
    """What scores may be, by page; POST makes a configuration."""

    def get(self, request: HttpRequest) -> Response:
        """Archived ones too, the newest first; those that the client's types can hold."""
        page = page_in(request.GET)
        found = ScoreConfig.objects.filter(
            project=request.auth.project_id, data_type__in=score_types(request)
        )
        shown = found.order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
        return Response({"data": [shape(one) for one in shown], "meta": page.meta(found.count())})

    def post(self, request: HttpRequest) -> Response:
        body = object_in(request.data)
        wish = wish_in(body, configs.Wish(name="", data_type=text_in(body, "dataType")))
        project = get_object_or_404(Project, pk=request.auth.project_id)
        return Response(shape(configs.create(project, wish, key=request.auth.public_key)))


class ConfigDetail(ConfigsView):
    """One score configuration; PATCH changes it."""

    def get(self, request: HttpRequest, config_id: str) -> Response:
        return Response(shape(stored(request, config_id)))

    def patch(self, request: HttpRequest, config_id: str) -> Response:
        """What the body leaves out stays. `isArchived` takes it out of use, or back in."""
        body, config = object_in(request.data), stored(request, config_id)
        wish = wish_in(body, configs.wish_of(config))
        configs.change(config, wish, key=request.auth.public_key)
        return Response(shape(config))


def stored(request: HttpRequest, config_id: str) -> ScoreConfig:
    found = ScoreConfig.objects.filter(project=request.auth.project_id, pk=config_id).first()
    if found is None:
        raise exceptions.NotFound(f"Score config {config_id} not found within authorized project")
    return found


def wish_in(body: Mapping[str, Any], known: configs.Wish) -> configs.Wish:
    """What the body says, over what is known. A null takes a bound or the categories away."""
    changes: dict[str, Any] = {}
    for sent, name in (("minValue", "min_value"), ("maxValue", "max_value")):
        if sent in body:
            changes[name] = number_in(body, sent)
    if "name" in body or not known.name:
        changes["name"] = text_in(body, "name")
    if "description" in body:
        changes["description"] = "" if body["description"] is None else text_in(body, "description")
    if "categories" in body:
        changes["categories"] = categories_in(body, known.data_type)
    if body.get("isArchived") is not None:
        changes["is_archived"] = flag_in(body, "isArchived")
    return replace(known, **changes)


def categories_in(body: Mapping[str, Any], data_type: str) -> list[Any] | None:
    categories = body["categories"]
    if categories is not None and not isinstance(categories, list):
        raise exceptions.ValidationError("categories must be a list of objects.")
    implied = [dict(one) for one in configs.BOOLEAN_CATEGORIES]
    if data_type == DataType.BOOLEAN and categories == implied:
        return None  # sent back as they were read
    return categories


def number_in(body: Mapping[str, Any], name: str) -> float | None:
    number = finite(body[name])
    if number is None and body[name] is not None:
        raise exceptions.ValidationError(f"{name} must be a finite number.")
    return number


def text_in(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str):
        raise exceptions.ValidationError(f"{name} must be a text.")
    return text


def flag_in(body: Mapping[str, Any], name: str) -> bool:
    if not isinstance(body[name], bool):
        raise exceptions.ValidationError(f"{name} must be true or false.")
    return body[name]


def shape(config: ScoreConfig) -> dict[str, Any]:
    return {
        "id": config.pk,
        "projectId": config.project_id,
        "name": config.name,
        "dataType": config.data_type,
        "isArchived": config.is_archived,
        "minValue": config.min_value,
        "maxValue": config.max_value,
        "categories": None if config.categories is None else list(config.categories),
        "description": config.description or None,
        "createdAt": moment(config.created_at),
        "updatedAt": moment(config.updated_at),
    }


def moment(time: datetime) -> str | None:
    return iso(int(time.timestamp() * 1000) * (NANOSECONDS // 1000))
