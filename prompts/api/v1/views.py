"""/api/v1/prompts: prompts, their versions, and what their labels point at."""

from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts.authentication import require_scope
from prompts import serving, versions
from prompts.api.asking import (
    by_key,
    labels_of_versions,
    number_in,
    project_of,
    prompt_of,
    version_of,
)
from prompts.api.body import UniqueJson
from prompts.api.told import told_of_prompts
from prompts.api.v1.asked import PageAsked, PromptsAsked, VersionSent, sent
from prompts.api.v1.fields import (
    PROBLEMS,
    MovePageFields,
    PromptFields,
    PromptPageFields,
    VersionFields,
    VersionPageFields,
    move_shape,
    prompt_shape,
    version_shape,
)
from prompts.models import Prompt
from prompts.names import LATEST
from prompts.versions import Draft
from prompts.weighing import weighed, within
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import asked, cursor_of
from traces.api.v1.problems import V1View, problem_response

TAGS = ["Prompts"]
MOST_PAGE_BYTES = 8 * 1024 * 1024  # of texts and configurations


class PromptsV1View(V1View):
    parser_classes = (UniqueJson,)
    permission_classes = (require_scope("prompts"),)

    def get_exception_handler(self):
        return lambda error, context: problem_response(told_of_prompts(error), context)


class PromptsView(PromptsV1View):
    @extend_schema(
        operation_id="list_prompts",
        tags=TAGS,
        summary="Prompts by name",
        description="Without their texts, which their versions tell.",
        parameters=[PromptsAsked],
        responses={200: PromptPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(PromptsAsked, request)
        rows, cursor = page_of_prompts(request.auth.project_id, found)
        return Response({"data": rows, "next_cursor": cursor})

    @extend_schema(
        operation_id="create_prompt_version",
        tags=TAGS,
        summary="A new version of a prompt, which is made if it is not there",
        description="Everything is written, its labels moved among it, or nothing.",
        request={"application/json": VersionSent},
        responses={201: VersionFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        given = sent(VersionSent, request.data)
        body = given.pop("prompt")
        draft = Draft(body=body, **given)
        version = versions.create(project_of(request), draft, by_key(request.auth))
        return Response(version_shape(version, serving.labels_of(version)), status=201)


def page_of_prompts(
    project_id: str, found: dict[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    prompts = Prompt.objects.filter(project=project_id)
    if found["search"]:
        prompts = prompts.filter(name__icontains=found["search"])
    if folder := found["folder"].strip("/"):
        prompts = prompts.filter(name__startswith=f"{folder}/")
    if found["label"] and found["label"] != LATEST:
        prompts = prompts.filter(labels__name=found["label"])
    if found["tag"]:
        prompts = prompts.filter(tags__contains=[found["tag"]])
    if cursor := cursor_of(found, str):
        prompts = prompts.filter(name__gt=cursor[0])
    counted = prompts.annotate(latest=Max("versions__number")).filter(latest__isnull=False)
    rows = list(counted.prefetch_related("labels__version").order_by("name")[: found["limit"] + 1])
    page = rows[: found["limit"]]
    more = encoded_cursor(page[-1].name) if len(rows) > len(page) else None
    return [prompt_shape(row, row.latest, list(row.labels.all())) for row in page], more


class PromptView(PromptsV1View):
    @extend_schema(
        operation_id="get_prompt",
        tags=TAGS,
        summary="One prompt",
        description="A name's slashes may be written as they are or as %2F.",
        responses={200: PromptFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str) -> Response:
        prompt = prompt_of(request, name)
        latest = prompt.versions.aggregate(Max("number"))["number__max"]
        labels = list(prompt.labels.select_related("version"))
        return Response(prompt_shape(prompt, latest, labels))


class VersionsView(PromptsV1View):
    @extend_schema(
        operation_id="list_prompt_versions",
        tags=TAGS,
        summary="The versions of a prompt, the newest first",
        description=(
            "With their texts. A page has fewer than `limit` where those are long: what there is "
            "more is behind `next_cursor`, as always."
        ),
        parameters=[PageAsked],
        responses={200: VersionPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str) -> Response:
        found = asked(PageAsked, request)
        prompt = prompt_of(request, name)
        labels = labels_of_versions(prompt)
        rows = prompt.versions.select_related("author", "prompt").order_by("-number")
        if cursor := cursor_of(found, int):
            rows = rows.filter(number__lt=cursor[0])
        weights = list(weighed(rows).values_list("weight", flat=True)[: found["limit"] + 1])
        page = list(rows[: within(weights[: found["limit"]], MOST_PAGE_BYTES)])
        return Response(
            {
                "data": [version_shape(row, labels.get(row.number, [])) for row in page],
                "next_cursor": encoded_cursor(page[-1].number)
                if page and len(weights) > len(page)
                else None,
            }
        )


class VersionView(PromptsV1View):
    @extend_schema(
        operation_id="get_prompt_version",
        tags=TAGS,
        summary="One version of a prompt",
        description="As it was written: what it includes is not resolved.",
        responses={200: VersionFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str, number: str) -> Response:
        wanted = number_in(number)
        if wanted is None:
            raise NotFound("A version is asked for by its number.")
        version = version_of(prompt_of(request, name), wanted)
        return Response(version_shape(version, serving.labels_of(version)))


class HistoryView(PromptsV1View):
    @extend_schema(
        operation_id="list_label_moves",
        tags=TAGS,
        summary="Every move of a prompt's labels, the newest first",
        description="Who moved it, by which door, from where to where, and why.",
        parameters=[PageAsked],
        responses={200: MovePageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str) -> Response:
        found = asked(PageAsked, request)
        rows = prompt_of(request, name).moves.select_related("user").order_by("-pk")
        if cursor := cursor_of(found, int):
            rows = rows.filter(pk__lt=cursor[0])
        rows = list(rows[: found["limit"] + 1])
        page = rows[: found["limit"]]
        return Response(
            {
                "data": [move_shape(row) for row in page],
                "next_cursor": encoded_cursor(page[-1].pk) if len(rows) > len(page) else None,
            }
        )
