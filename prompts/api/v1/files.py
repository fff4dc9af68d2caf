"""/api/v1/prompt-files: all prompts as files in a zip, and back."""

from typing import IO, Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField, IntegerField, ListField

from prompts.api.asking import by_key, project_of
from prompts.api.v1.asked import text
from prompts.api.v1.fields import PROBLEMS
from prompts.api.v1.views import TAGS, PromptsV1View
from prompts.changes import By
from prompts.files.applying import Action, Change, How, Refused, apply
from prompts.files.archive import MAX_ZIP_BYTES, InvalidArchive, unpacked
from prompts.files.exporting import TooMany, exported, zipped
from prompts.models import MAX_MESSAGE, MAX_REASON, Prompt, Way
from traces.api.v1.asked import asked
from traces.api.v1.fields import words

ZIP = "application/zip"


class ExportAsked(serializers.Serializer):
    folder = text(help_text="Only what is in this folder or below it.")


class ImportAsked(serializers.Serializer):
    dry_run = BooleanField(default=False, help_text="Tell what would change, and change nothing.")
    force = BooleanField(
        default=False,
        help_text="Also over versions that were made since the files were pulled, and labels back "
        "to older versions.",
    )
    message = CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_MESSAGE,
        help_text="For new versions whose files have no message.",
    )
    override = CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_REASON,
        help_text="Why labels shall move although their gates are closed.",
    )


class MovedFields(serializers.Serializer):
    label = CharField()
    before = IntegerField(allow_null=True)
    after = IntegerField()
    kept = BooleanField(help_text="It stays: it points at a newer version already.")
    checked_when_pushed = BooleanField(
        help_text="Of a dry run: what its gate asks of calls is looked at only when it moves."
    )


class ChangeFields(serializers.Serializer):
    path = CharField()
    name = CharField()
    action = serializers.ChoiceField(tuple(one.value for one in Action))
    version = IntegerField()
    is_new = BooleanField(help_text="The version was made now.")
    labels = MovedFields(many=True)
    tags = ListField(child=CharField(), allow_null=True, help_text="Where they changed.")


class ImportFields(serializers.Serializer):
    dry_run = BooleanField()
    changes = ChangeFields(many=True)
    only_here = words()


class Zip(BaseParser):
    """The bytes of the body, whatever the Content-Type says."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> bytes:
        return stream.read(MAX_ZIP_BYTES + 1)


class FilesView(PromptsV1View):
    parser_classes = (Zip,)

    @extend_schema(
        operation_id="export_prompts",
        tags=TAGS,
        summary="All prompts as files in a zip",
        description=(
            "Of each prompt the latest version, and those that labels point at. The same prompts "
            "give the same bytes."
        ),
        parameters=[ExportAsked],
        responses={(200, ZIP): OpenApiTypes.BINARY, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        found = asked(ExportAsked, request)
        try:
            made = zipped(exported(request.auth.project_id, folder=found["folder"]))
        except TooMany as error:
            raise ValidationError({"folder": [str(error)]}) from error
        answer = HttpResponse(made, content_type=ZIP)
        answer["Cache-Control"] = "private, no-store"
        return answer

    @extend_schema(
        operation_id="import_prompts",
        tags=TAGS,
        summary="Make prompts of the files in a zip",
        description=(
            "Everything is written or nothing. What a version says already makes no new one, and "
            "nothing is deleted; only_here names the prompts that no file is about."
        ),
        parameters=[ImportAsked],
        request={ZIP: OpenApiTypes.BINARY},
        responses={200: ImportFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        found = asked(ImportAsked, request)
        how = How(found["force"], found["dry_run"], found["message"], found["override"])
        key = by_key(request.auth)
        by = By(Way.FILES, public_key=key.public_key, role=key.role)
        try:
            changes = apply(project_of(request), unpacked(request.data or b""), by, how)
        except InvalidArchive as error:
            raise ValidationError(str(error)) from error
        except Refused as error:
            told: dict[str, list[str]] = {}
            for problem in error.problems:
                told.setdefault(problem.path, []).append(problem.detail)
            raise ValidationError(told) from error
        return Response(document(request.auth.project_id, changes, how))


def document(project_id: str, changes: list[Change], how: How) -> dict[str, Any]:
    names = {one.name for one in changes}
    there = Prompt.objects.filter(project=project_id).order_by("name")
    return {
        "dry_run": how.is_dry,
        "changes": [
            {
                "path": one.path,
                "name": one.name,
                "action": one.action.value,
                "version": one.version,
                "is_new": one.is_new,
                "labels": [
                    {
                        "label": x.label,
                        "before": x.before,
                        "after": x.after,
                        "kept": x.kept,
                        "checked_when_pushed": x.checked_later,
                    }
                    for x in one.labels
                ],
                "tags": one.tags,
            }
            for one in changes
        ],
        "only_here": [name for name in there.values_list("name", flat=True) if name not in names],
    }
