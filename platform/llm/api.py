"""/api/public/llm-connections, as Langfuse's clients call it. Keys go in and never come out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.sealing import Unsealable
from llm import connections, wishes
from llm.models import LlmConnection, Protocol
from traces.api.body import JsonBody, object_in
from traces.api.parameters import page_in
from traces.api.view import LangfuseView

ELSEWHERE = ("bedrock", "google-vertex-ai", "google-ai-studio")


class ConnectionsView(LangfuseView):
    """What a project may spend money with are settings, so all of it needs the scope `admin`."""

    parser_classes = (JsonBody,)
    permission_classes = (require_scope("admin"),)

    def told(self, error: Exception) -> Exception:
        if isinstance(error, wishes.Unacceptable):
            return exceptions.ValidationError(str(error))
        if isinstance(error, Unsealable):
            return Unencryptable(str(error))
        return super().told(error)


class Unencryptable(exceptions.APIException):
    status_code = 503


class ConnectionList(ConnectionsView):
    """LLM connections by page, without their keys; PUT makes or changes one."""

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        found = LlmConnection.objects.filter(project_id=request.auth.project_id)
        shown = found[page.offset : page.offset + page.limit]
        return Response({"data": [shape(one) for one in shown], "meta": page.meta(found.count())})

    def put(self, request: HttpRequest) -> Response:
        """Make it, or replace the one of that `provider`, which is its name. 201 says made."""
        wish = wish_in(object_in(request.data))
        of_project = LlmConnection.objects.filter(project_id=request.auth.project_id)
        try:
            with transaction.atomic():
                known = of_project.select_for_update().filter(name=wish.name).first()
                connection = known or LlmConnection(project_id=request.auth.project_id)
                if known:  # what this API cannot say stays as the page has it
                    kept = {"parameters": known.parameters, "api_version": known.api_version}
                    wish = replace(wish, **kept)
                connections.save(connection, wish, public_key=request.auth.public_key)
        except IntegrityError as error:
            raise Simultaneous from error
        return Response(shape(connection), status=200 if known else 201)


class Simultaneous(exceptions.APIException):
    status_code = 409
    default_detail = "Somebody else makes a connection of this name right now. Try again."


class ConnectionDetail(ConnectionsView):
    """DELETE takes a connection away."""

    def delete(self, request: HttpRequest, connection_id: str) -> Response:
        found = LlmConnection.objects.filter(
            project_id=request.auth.project_id, pk=connection_id
        ).first()
        if found is None:
            raise exceptions.NotFound("LLM connection not found.")
        found.public_key = request.auth.public_key
        connections.delete(found)
        return Response({"message": "LLM connection deleted."})


def wish_in(body: Mapping[str, Any]) -> connections.Wish:
    """All of a connection: what the body leaves out, it has not."""
    protocol = protocol_in(body)
    base_url = optional(body, "baseURL", str, "")
    key = wishes.key_in(required(body, "secretKey"))
    if not key:
        raise exceptions.ValidationError("secretKey must not be empty.")
    return connections.Wish(
        name=wishes.name_in(required(body, "provider")),
        protocol=protocol,
        base_url=wishes.url_in(base_url, protocol),
        model_names=wishes.models_in(texts(optional(body, "customModels", list, []))),
        key=key,
        headers=wishes.headers_in(named_texts(optional(body, "extraHeaders", dict, {}))),
        with_default_models=optional(body, "withDefaultModels", bool, True),
        config=optional(body, "config", dict, None),
    )


def protocol_in(body: Mapping[str, Any]) -> str:
    adapter = required(body, "adapter")
    if adapter in ELSEWHERE:
        raise exceptions.ValidationError(
            f"Sonde has no adapter “{adapter}”. Reach it through LiteLLM's proxy, with the adapter "
            "“openai” and the proxy's baseURL."
        )
    if adapter not in Protocol.values:
        raise exceptions.ValidationError(f"adapter must be one of {', '.join(Protocol.values)}.")
    return adapter


def required(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise exceptions.ValidationError(f"{name} must be a text.")
    return value


def optional(body: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        words: dict[Callable, str] = {str: "a text", list: "a list", dict: "an object"}
        raise exceptions.ValidationError(f"{name} must be {words.get(kind, 'true or false')}.")
    return default if value is None else value


def texts(values: list) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise exceptions.ValidationError("customModels must be a list of texts.")
    return values


def named_texts(values: dict) -> dict[str, str]:
    if not all(isinstance(value, str) for value in values.values()):
        raise exceptions.ValidationError("extraHeaders must be an object of texts.")
    return values


def shape(connection: LlmConnection) -> dict[str, Any]:
    return {
        "id": connection.pk,
        "provider": connection.name,
        "adapter": connection.protocol,
        "displaySecretKey": f"...{connection.secret_hint}",
        "baseURL": connection.base_url or None,
        "customModels": connection.model_names,
        "withDefaultModels": connection.with_default_models,
        "extraHeaderKeys": connection.header_names,
        "config": connection.config,
        "createdAt": connection.created_at.isoformat(),
        "updatedAt": connection.updated_at.isoformat(),
    }
