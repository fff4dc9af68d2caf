"""Langfuse's prompt API, as its SDKs 2 to 5 use it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from prompts import labels, serving, versions
from prompts.api.asking import by_key, number_in, project_of, prompt_of, version_of
from prompts.api.body import UniqueJson, object_of, text_at, texts_at
from prompts.api.conditional import prompt_response
from prompts.api.listing import listed
from prompts.api.told import told_of_prompts
from prompts.changes import change
from prompts.models import Prompt, PromptVersion
from prompts.names import LATEST, PRODUCTION
from prompts.versions import Draft
from prompts.weighing import HEAVY
from traces.api.parameters import flag_in, page_in
from traces.api.view import LangfuseView


class PromptsView(LangfuseView):
    parser_classes = (UniqueJson,)
    permission_classes = (require_scope("prompts"),)

    def told(self, error: Exception) -> Exception:
        return super().told(told_of_prompts(error))


class PromptListView(PromptsView):
    """Prompts by page; POST makes a new version of one."""

    def get(self, request: HttpRequest) -> Response:
        page = page_in(request.GET)
        data, total = listed(request.auth.project_id, request.GET, page)
        return Response({"data": data, "meta": page.meta(total)})

    def post(self, request: HttpRequest) -> Response:
        version = made(request, object_of(request.data))
        return Response(serving.shape(version, serving.labels_of(version)), status=201)


class PromptDetailView(PromptsView):
    """The version that `label` or `version` asks for; DELETE takes versions away."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return served(request, name)

    def delete(self, request: HttpRequest, name: str) -> Response:
        return deleted(request, name)


class PromptVersionView(PromptsView):
    """`…/versions/3`. Whoever reads or deletes there means a prompt whose name ends so."""

    def get(self, request: HttpRequest, name: str, number: str) -> HttpResponse:
        return served(request, f"{name}/versions/{number}")

    def delete(self, request: HttpRequest, name: str, number: str) -> Response:
        return deleted(request, f"{name}/versions/{number}")

    def patch(self, request: HttpRequest, name: str, number: str) -> Response:
        """Point these labels at the version; it keeps those it has."""
        names = texts_at(object_of(request.data), "newLabels")
        if names is None:
            raise ValidationError("newLabels must be a list of texts.")
        prompt = prompt_of(request, name)
        wanted = number_in(number)
        if wanted is None:
            raise ValidationError("The version must be a whole number.")
        version = version_of(prompt, wanted)
        labels.move_all(prompt, names, version, by_key(request.auth))
        version = version_of(prompt, wanted)
        return Response(serving.shape(version, serving.labels_of(version)))


class FirstPromptsView(PromptsView):
    """`/api/public/prompts`, by which the name stands in the query."""

    def get(self, request: HttpRequest) -> HttpResponse:
        name = request.GET.get("name")
        if not name:
            raise ValidationError("name must be given.")
        return served(request, name)

    def post(self, request: HttpRequest) -> Response:
        """`isActive` is from before there were labels, and means `production`."""
        body = object_of(request.data)
        if body.get("isActive") is True:
            body["labels"] = [*(texts_at(body, "labels") or ()), PRODUCTION]
        version = made(request, body)
        return Response(serving.shape(version, serving.labels_of(version)), status=201)


def served(request: HttpRequest, name: str) -> HttpResponse:
    """Whose request it is matters where a label is split: `userId`, `sessionId`, or written behind
    the label, as in `production~user-7`.
    """
    number, asked = asked_in(request)
    label, _, unit = asked.partition("~")
    unit = unit or request.GET.get("userId", "") or request.GET.get("sessionId", "")
    resolve = flag_in(request.GET, "resolve")
    found = serving.serve(
        request.auth.project_id,
        name,
        label=label,
        number=number,
        resolve=resolve is not False,
        unit=unit,
    )
    return prompt_response(request, found)


def deleted(request: HttpRequest, name: str) -> Response:
    """Of all its versions, those that `version` and `label` name."""
    number, label = asked_in(request)
    prompt = prompt_of(request, name)
    with change(prompt.project):  # nothing moves between looking and deleting
        versions.remove(prompt.project, those_of(prompt, number, label), by_key(request.auth))
    return Response(status=204)


def asked_in(request: HttpRequest) -> tuple[int | None, str]:
    """`version` or `label`, if any."""
    given, label = request.GET.get("version", ""), request.GET.get("label", "")
    number = number_in(given) if given else None
    if given and number is None:
        raise ValidationError("version must be a whole number.")
    if given and label:
        raise ValidationError("Ask for a version or for a label, not for both.")
    return number, label


def made(request: HttpRequest, body: dict[str, Any]) -> PromptVersion:
    if "prompt" not in body:
        raise ValidationError("prompt must be given.")
    draft = Draft(
        name=text_at(body, "name"),
        type=text_at(body, "type", "text"),
        body=body["prompt"],
        config=body.get("config"),
        labels=texts_at(body, "labels") or (),
        tags=texts_at(body, "tags"),
        message=text_at(body, "commitMessage"),
    )
    return versions.create(project_of(request), draft, by_key(request.auth))


def those_of(prompt: Prompt, number: int | None, label: str) -> list[PromptVersion]:
    found = prompt.versions.defer(*HEAVY)
    if number is not None:
        found = found.filter(number=number)
    if label == LATEST:
        found = found.order_by("-number")[:1]
    elif label:
        found = found.filter(labels__name=label)
    if not (chosen := list(found)):
        told = f"version {number}" if number is not None else f"label “{label}”"
        raise serving.Unserved(f"Prompt not found: “{prompt.name}” with {told}.")
    return chosen
