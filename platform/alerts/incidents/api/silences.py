"""/api/v1/silences: alerts that nobody is told of for a while."""

from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.models import Project
from alerts.incidents import acting
from alerts.incidents.api.asking import AlertsView, paged, sent, silence_of
from alerts.incidents.api.fields import (
    SilenceFields,
    SilencesAsked,
    SilenceSent,
    SilencesFields,
    silence_shape,
)
from alerts.incidents.matching import How, Matcher
from alerts.incidents.models import Silence
from alerts.incidents.silencing import of_states
from traces.api.v1.asked import asked
from traces.api.v1.fields import PROBLEMS

TAGS = ["Alerts"]
EARLIEST, LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class SilencesView(AlertsView):
    @extend_schema(
        operation_id="list_silences",
        tags=TAGS,
        summary="Silences, the newest first",
        parameters=[SilencesAsked],
        responses={200: SilencesFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(SilencesAsked, request)
        rows = Silence.objects.filter(project=request.auth.project_id).select_related("author")
        if state := found.get("state"):
            rows = rows.filter(of_states(timezone.now())[state])
        return paged(rows, "begins_at", found, silence_shape)

    @extend_schema(
        operation_id="create_silence",
        tags=TAGS,
        summary="Tell nobody of some alerts for a while",
        description="They are still evaluated; what still fires when it ends is told then.",
        request={"application/json": SilenceSent},
        responses={201: SilenceFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        said = sent(SilenceSent, request)
        begins_at, ends_at = said.get("starts_at") or timezone.now(), said["ends_at"]
        if not (EARLIEST <= begins_at < LATEST and EARLIEST <= ends_at < LATEST):
            raise ValidationError("The times must be between 2020 and 2200.")
        matchers = [
            Matcher(one["label"], one["value"], How(one["how"])) for one in said["matchers"]
        ]
        try:
            silence = acting.silence(
                Project.objects.get(pk=request.auth.project_id),
                matchers,
                begins_at=begins_at,
                ends_at=ends_at,
                author=None,
                comment=said["comment"],
            )
        except acting.CannotSilence as error:
            raise ValidationError(str(error)) from error
        return Response(silence_shape(silence), status=201)


class SilenceView(AlertsView):
    @extend_schema(
        operation_id="get_silence",
        tags=TAGS,
        summary="One silence",
        responses={200: SilenceFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, silence_id: str) -> Response:
        return Response(silence_shape(silence_of(request, silence_id)))

    @extend_schema(
        operation_id="end_silence",
        tags=TAGS,
        summary="End a silence now",
        description="What it held back and still fires is told with the next evaluation.",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, silence_id: str) -> Response:
        acting.end_silence(silence_of(request, silence_id))
        return Response(status=204)
