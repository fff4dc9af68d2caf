"""/api/v1/incidents: what fired, and what people and programs say of it."""

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.models import Project
from alerts.incidents import acting
from alerts.incidents.api.asking import AlertsView, incident_of, paged, sent
from alerts.incidents.api.fields import (
    CommentSent,
    IncidentFields,
    IncidentsAsked,
    IncidentsFields,
    IncidentWithEvents,
    VerdictSent,
    incident_shape,
    with_events,
)
from alerts.incidents.listing import OF_STATE, State, Wanted, narrowed
from traces.api.v1.asked import asked
from traces.api.v1.fields import PROBLEMS

TAGS = ["Alerts"]
ONCE = "Done twice it is done once."


class IncidentsView(AlertsView):
    @extend_schema(
        operation_id="list_incidents",
        tags=TAGS,
        summary="Incidents, the newest first",
        parameters=[IncidentsAsked],
        responses={200: IncidentsFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(IncidentsAsked, request)
        wanted = Wanted(
            tier=found.get("tier", ""),
            rule=found["rule"],
            label=found["label"],
            q=found["search"],
        )
        rows = narrowed(Project(pk=request.auth.project_id), wanted, timezone.now())
        if state := found.get("state"):
            rows = rows.filter(OF_STATE[State(state)])
        if start := found.get("start"):
            rows = rows.filter(fired_at__gte=start)
        if end := found.get("end"):
            rows = rows.filter(fired_at__lt=end)
        rows = rows.select_related("acknowledged_by", "assignee")
        return paged(rows, "fired_at", found, incident_shape)


class IncidentView(AlertsView):
    @extend_schema(
        operation_id="get_incident",
        tags=TAGS,
        summary="One incident with its timeline",
        responses={200: IncidentWithEvents, **PROBLEMS},
    )
    def get(self, request: HttpRequest, incident_id: str) -> Response:
        return Response(with_events(incident_of(request, incident_id)))


class AcknowledgeView(AlertsView):
    @extend_schema(
        operation_id="acknowledge_incident",
        tags=TAGS,
        summary="Say that somebody is at it",
        description=f"No reminder and no escalation any more. {ONCE}",
        request=None,
        responses={200: IncidentFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest, incident_id: str) -> Response:
        incident = incident_of(request, incident_id)
        acting.acknowledge(incident.pk, None, via=request.auth.public_key)
        return Response(incident_shape(incident_of(request, incident_id)))


class ResolveView(AlertsView):
    @extend_schema(
        operation_id="resolve_incident",
        tags=TAGS,
        summary="Say that it is over",
        description="It opens anew where it gets worse, or is good and then bad again. " + ONCE,
        request=None,
        responses={200: IncidentFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest, incident_id: str) -> Response:
        incident = incident_of(request, incident_id)
        acting.close(incident.pk, None, via=request.auth.public_key)
        return Response(incident_shape(incident_of(request, incident_id)))


class CommentView(AlertsView):
    @extend_schema(
        operation_id="comment_incident",
        tags=TAGS,
        summary="Write into its timeline",
        request={"application/json": CommentSent},
        responses={201: IncidentWithEvents, **PROBLEMS},
    )
    def post(self, request: HttpRequest, incident_id: str) -> Response:
        incident, said = incident_of(request, incident_id), sent(CommentSent, request)
        acting.comment(incident.pk, None, said["text"], via=request.auth.public_key)
        return Response(with_events(incident), status=201)


class VerdictView(AlertsView):
    @extend_schema(
        operation_id="judge_incident",
        tags=TAGS,
        summary="Say whether it was worth telling",
        description="For the figures of how good alerts are, and the limits proposed from them.",
        request={"application/json": VerdictSent},
        responses={200: IncidentFields, **PROBLEMS},
    )
    def put(self, request: HttpRequest, incident_id: str) -> Response:
        incident, said = incident_of(request, incident_id), sent(VerdictSent, request)
        acting.judge(incident.pk, None, said["was_real"], via=request.auth.public_key)
        return Response(incident_shape(incident_of(request, incident_id)))
