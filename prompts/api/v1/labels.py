"""/api/v1/prompts/{name}/labels/{label}: what a label points at, and moving it."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from prompts import labels, serving
from prompts.api.asking import by_key, latest_of, prompt_of, version_of
from prompts.api.v1.asked import LabelAsked, MoveSent, sent
from prompts.api.v1.fields import PROBLEMS, LabelFields, VersionFields, version_shape
from prompts.api.v1.views import TAGS, PromptsV1View
from prompts.names import LATEST
from prompts.serving import Unserved
from traces.api.v1.asked import asked


class LabelView(PromptsV1View):
    @extend_schema(
        operation_id="get_labelled_version",
        tags=TAGS,
        summary="The version that a label points at",
        description="As it was written: what it includes is not resolved.",
        responses={200: VersionFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, name: str, label: str) -> Response:
        prompt = prompt_of(request, name)
        if label == LATEST:
            version = latest_of(prompt)
        else:
            number = labels.number_of(prompt, label)
            if number is None:
                raise Unserved(f"Prompt not found: “{name}” with label “{label}”.")
            version = version_of(prompt, number)
        return Response(version_shape(version, serving.labels_of(version)))

    @extend_schema(
        operation_id="move_label",
        tags=TAGS,
        summary="Point a label at a version",
        description=(
            "With seen, only if the label is where you saw it. Protected labels are for keys with "
            "the scope admin; a label with a gate moves when the gate lets it."
        ),
        request={"application/json": MoveSent},
        responses={200: LabelFields, **PROBLEMS},
    )
    def put(self, request: HttpRequest, name: str, label: str) -> Response:
        given = sent(MoveSent, request.data)
        prompt = prompt_of(request, name)
        version = version_of(prompt, given["version"])
        labels.move(
            prompt,
            label,
            version,
            by_key(request.auth),
            note=given["note"],
            override=given["override"],
            seen=given.get("seen", labels.UNASKED),
        )
        return Response({"label": label, "version": version.number})

    @extend_schema(
        operation_id="remove_label",
        tags=TAGS,
        summary="Take a label away",
        description="A label by which other prompts include this one stays: 409.",
        parameters=[LabelAsked],
        responses={200: LabelFields, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, name: str, label: str) -> Response:
        found = asked(LabelAsked, request)
        prompt = prompt_of(request, name)
        seen = found.get("seen", labels.UNASKED)
        if seen == labels.UNASKED and labels.number_of(prompt, label) is None:
            raise Unserved(f"“{name}” has no label “{label}”.")
        labels.move(prompt, label, None, by_key(request.auth), note=found["note"], seen=seen)
        return Response({"label": label, "version": None})
