"""POST /api/v1/feedback-links: a signed address for one person's opinion of one trace."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from evals.scores import feedback
from evals.scores.feedback import Asked, Link, NoLink
from evals.scores.models import ScoreConfig
from evals.scores.targets import MAX_ID
from traces.api.body import JsonBody, object_in
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View
from traces.queries.trace import locate, span_detail

DEFAULT_SECONDS = 7 * 24 * 3600


class ScoreAsked(serializers.Serializer):
    name = serializers.CharField(
        required=False,
        max_length=feedback.MAX_NAME,
        help_text="Of the score. Left out, the configuration's.",
    )
    kind = serializers.ChoiceField(
        (feedback.THUMBS, feedback.RATING),
        required=False,
        help_text="thumbs gives a BOOLEAN score, rating a NUMERIC one from 1 to 5.",
    )
    configId = serializers.CharField(
        required=False, max_length=64, help_text="A score configuration, instead of kind."
    )


class LinkSent(serializers.Serializer):
    traceId = serializers.CharField(max_length=MAX_ID)
    observationId = serializers.CharField(
        required=False, allow_null=True, max_length=MAX_ID, default=None
    )
    scores = ScoreAsked(many=True, help_text=f"1 to {feedback.MOST_SCORES} of them.")
    question = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=feedback.MAX_QUESTION
    )
    comment = serializers.BooleanField(required=False, default=True)
    correction = serializers.BooleanField(
        required=False, default=False, help_text="Asks what the answer should have been."
    )
    expiresIn = serializers.IntegerField(
        required=False,
        default=DEFAULT_SECONDS,
        min_value=feedback.LEAST_SECONDS,
        max_value=feedback.MOST_SECONDS,
        help_text="Seconds.",
    )


class LinkFields(serializers.Serializer):
    url = serializers.CharField()
    expiresAt = serializers.DateTimeField()


class FeedbackLinks(V1View):
    parser_classes = (JsonBody,)
    permission_classes = (require_scope("ingest"),)

    @extend_schema(
        operation_id="create_feedback_link",
        tags=["Scores"],
        summary="A link by which a person scores a trace",
        description=(
            "Whoever has it answers without an account or a key, on a page or by POSTing JSON to "
            "it; answering again replaces what was said. It ends when it expires, or when the "
            "project closes or revokes its links. The trace must be stored already."
        ),
        request={"application/json": LinkSent},
        responses={201: LinkFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        given = LinkSent(data=dict(object_in(request.data)))
        given.is_valid(raise_exception=True)
        said, project_id = given.validated_data, request.auth.project_id
        there_is(project_id, said["traceId"], said["observationId"] or "")
        link = Link(
            project_id=project_id,
            trace_id=said["traceId"],
            observation_id=said["observationId"] or "",
            asked=tuple(asked_of(project_id, one) for one in said["scores"]),
            question=said["question"],
            takes_comment=said["comment"],
            takes_correction=said["correction"],
        )
        try:
            url, expires_at = feedback.address_of(
                link, seconds=said["expiresIn"], now=timezone.now()
            )
        except NoLink as error:
            raise ValidationError(str(error)) from error
        return Response({"url": url, "expiresAt": expires_at}, status=201)


def there_is(project_id: str, trace_id: str, observation_id: str) -> None:
    extent = locate(project_id, trace_id)
    if extent is None:
        raise NotFound("The project has no such trace.")
    if observation_id and span_detail(project_id, trace_id, observation_id, extent) is None:
        raise NotFound("The trace has no such observation.")


def asked_of(project_id: str, sent: dict[str, Any]) -> Asked:
    if config_id := sent.get("configId"):
        found = ScoreConfig.objects.filter(project=project_id, pk=config_id, is_archived=False)
        config = found.first()
        if config is None or sent.get("name", config.name) != config.name:
            raise ValidationError("configId names no score configuration in use of this name.")
        return feedback.by_config(config)
    if not sent.get("name"):
        raise ValidationError("A score needs a name, or a configId.")
    return Asked(sent["name"], sent.get("kind", feedback.THUMBS))
