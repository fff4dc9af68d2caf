"""/api/v1/markers: what a CI or a script puts onto the time axis of boards."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as InvalidModel
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.models import Project
from dashboards.boards import markers
from dashboards.boards.models import MAX_TEXT, MAX_URL, Marker, MarkerKind
from traces.api.body import JsonBody, object_in
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View

MOST = 500
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class MarkerSent(serializers.Serializer):
    kind = serializers.ChoiceField(MarkerKind.values, default="deploy")
    text = serializers.CharField(max_length=MAX_TEXT)
    at = serializers.DateTimeField(required=False, help_text="Left out: now.")
    url = serializers.CharField(max_length=MAX_URL, required=False, allow_blank=True, default="")

    def validate_at(self, at: datetime) -> datetime:
        if not EARLIEST <= at < LATEST:
            raise ValidationError("The time must be between 1971 and 2200.")
        return at


class MarkerFields(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()
    url = serializers.CharField()


class MarkersAsked(serializers.Serializer):
    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=MOST)


class MarkersView(V1View):
    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        return [require_scope("ingest" if self.request.method == "POST" else "read")()]

    @extend_schema(
        operation_id="list_markers",
        tags=["Markers"],
        summary="Markers that people and keys wrote, the newest first",
        description="Without `start` and `end`, those of all time. New releases and labels that "
        "moved are drawn by themselves and are not among these.",
        parameters=[
            OpenApiParameter("start", datetime, description="From this time on."),
            OpenApiParameter("end", datetime, description="Before this time."),
            OpenApiParameter("limit", int, description=f"At most {MOST}."),
        ],
        responses={200: MarkerFields(many=True), **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        asked = MarkersAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found = Marker.objects.filter(project=request.auth.project_id)
        found = found.filter(at__gte=given["start"]) if "start" in given else found
        found = found.filter(at__lt=given["end"]) if "end" in given else found
        listed = found.order_by("-at", "-pk")[: given["limit"]]
        return Response([shape(one) for one in listed])

    @extend_schema(
        operation_id="create_marker",
        tags=["Markers"],
        summary="Something that happened, for the time axis of all boards",
        description="A deploy, told by the job that deploys, an incident, or a note. Without `at`, "
        "it happened now.",
        request={"application/json": MarkerSent},
        responses={201: MarkerFields, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        given = MarkerSent(data=dict(object_in(request.data)))
        given.is_valid(raise_exception=True)
        sent = {"at": timezone.now(), **given.validated_data}
        marker = Marker(**sent, public_key=request.auth.public_key)
        project = Project.objects.get(pk=request.auth.project_id)
        marker.project = project
        try:
            marker.full_clean(exclude=("project", "user"))
            markers.add(project, marker)
        except (InvalidModel, markers.TooMany) as error:
            told = getattr(error, "message_dict", None) or {"": [str(error)]}
            raise ValidationError(told) from error
        return Response(shape(marker), status=201)


class MarkerView(V1View):
    permission_classes = (require_scope("ingest"),)

    @extend_schema(
        operation_id="delete_marker",
        tags=["Markers"],
        summary="Takes a marker away",
        description="From all boards, for good.",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: Request, marker_id: str) -> Response:
        is_number = marker_id.isascii() and marker_id.isdecimal() and len(marker_id) < 18
        number = int(marker_id) if is_number else 0
        found = Marker.objects.filter(project=request.auth.project_id, pk=number)
        if not found.delete()[0]:
            raise NotFound("The project has no such marker.")
        return Response(status=204)


def shape(marker: Marker) -> dict[str, Any]:
    at = marker.at.astimezone(UTC)
    return {"id": marker.pk, "kind": marker.kind, "text": marker.text, "at": at, "url": marker.url}
