"""/api/v1/webhooks: the addresses that are told when prompts change."""

from typing import Any

from django.http import Http404, HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.sealing import Unsealable
from prompts.api.asking import project_of
from prompts.api.body import UniqueJson
from prompts.api.v1.asked import sent
from prompts.api.v1.fields import PROBLEMS
from traces.api.v1.fields import moment, words
from traces.api.v1.problems import V1View
from webhooks.endpoints import ended, made
from webhooks.forms import NewEndpointForm
from webhooks.models import MAX_URL, Endpoint
from webhooks.names import CHOSEN

TAGS = ["Webhooks"]
EVENTS = tuple(event for event, _ in CHOSEN)


class WebhookSent(serializers.Serializer):
    url = serializers.CharField(max_length=MAX_URL, help_text="A public https address.")
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    events = serializers.ListField(
        child=serializers.ChoiceField(EVENTS),
        required=False,
        default=list,
        max_length=len(EVENTS),
        help_text="Empty: all of them, also those of later versions of Sonde.",
    )


class WebhookFields(serializers.Serializer):
    id = serializers.CharField()
    url = serializers.CharField()
    note = serializers.CharField()
    events = words()
    is_active = serializers.BooleanField()
    failures = serializers.IntegerField(help_text="Failed attempts in a row.")
    created_at = moment()


class NewWebhookFields(WebhookFields):
    secret = serializers.CharField(help_text="Signs what is sent. It is not told again.")


class WebhooksFields(serializers.Serializer):
    data = WebhookFields(many=True)


class Unencryptable(exceptions.APIException):
    status_code = 503


class WebhooksV1View(V1View):
    """Where a project's changes are told are settings, so all of it needs the scope `admin`."""

    parser_classes = (UniqueJson,)
    permission_classes = (require_scope("admin"),)


class WebhooksView(WebhooksV1View):
    @extend_schema(
        operation_id="list_webhooks",
        tags=TAGS,
        summary="The webhooks of the project",
        description="All of them, the oldest first, without their secrets.",
        responses={200: WebhooksFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = Endpoint.objects.filter(project=request.auth.project_id)
        return Response({"data": [shape(one) for one in found]})

    @extend_schema(
        operation_id="create_webhook",
        tags=TAGS,
        summary="Tell an address of changes",
        description="The answer holds the secret, and no other answer does.",
        request={"application/json": WebhookSent},
        responses={201: NewWebhookFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        project = project_of(request)
        form = NewEndpointForm(sent(WebhookSent, request.data), count=project.webhooks.count())
        if not form.is_valid():
            raise exceptions.ValidationError(
                {name.strip("_"): list(errors) for name, errors in form.errors.items()}
            )
        try:
            endpoint, secret = made(project, form, public_key=request.auth.public_key)
        except Unsealable as error:
            raise Unencryptable(str(error)) from error
        return Response({**shape(endpoint), "secret": secret}, status=201)


class WebhookView(WebhooksV1View):
    @extend_schema(
        operation_id="get_webhook",
        tags=TAGS,
        summary="One webhook",
        description="Without its secret.",
        responses={200: WebhookFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, webhook_id: str) -> Response:
        return Response(shape(own(request, webhook_id)))

    @extend_schema(
        operation_id="delete_webhook",
        tags=TAGS,
        summary="Tell an address no more",
        description="What waits to be delivered to it goes with it.",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, webhook_id: str) -> Response:
        ended(own(request, webhook_id), public_key=request.auth.public_key)
        return Response(status=204)


def own(request: HttpRequest, webhook_id: str) -> Endpoint:
    found = Endpoint.objects.filter(project=request.auth.project_id, pk=webhook_id).first()
    if found is None:
        raise Http404("There is no such webhook.")
    return found


def shape(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "note": endpoint.note,
        "events": endpoint.events,
        "is_active": endpoint.is_active,
        "failures": endpoint.failures,
        "created_at": endpoint.created_at.isoformat(),
    }
