"""/api/v1/drift/monitors: what is watched, what was found, and what people say of it."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.authentication import require_scope
from evals.drift import changing, marks
from evals.drift.api.fields import (
    DriftMarkSent,
    DriftMonitorFields,
    DriftMonitorSent,
    DriftMonitorsFields,
    DriftVerdictFields,
    DriftVerdictsFields,
    listed_shape,
    monitor_shape,
    verdict_shape,
)
from evals.drift.models import DriftMonitor, DriftVerdict
from evals.drift.monitors import InvalidMonitor, State
from evals.drift.stored import Chosen, stored
from evals.drift.tuning import Mark
from evals.drift.watched import WATCHED
from evals.drift.windows import BaselineKind, InvalidBaseline
from prompts.api.asking import project_of
from prompts.api.body import UniqueJson, object_of
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View

TAGS = ["Drift"]
A_PAGE, MOST_OF_PAGE = 50, 200


class DriftV1View(V1View):
    """Reading needs the scope `read`, changing `admin`."""

    parser_classes = (UniqueJson,)

    def get_permissions(self) -> list:
        is_read = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [require_scope("read" if is_read else "admin")()]


class MonitorsView(DriftV1View):
    @extend_schema(
        operation_id="list_drift_monitors",
        tags=TAGS,
        summary="All drift monitors of the project",
        responses={200: DriftMonitorsFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = DriftMonitor.objects.filter(project=request.auth.project_id)
        return Response({"data": [monitor_shape(one) for one in found]})

    @extend_schema(
        operation_id="create_drift_monitor",
        tags=TAGS,
        summary="Make a drift monitor",
        request={"application/json": DriftMonitorSent},
        responses={201: DriftMonitorFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        monitor = DriftMonitor(project=project_of(request))
        return Response(monitor_shape(written(request.data, monitor)), status=201)


class MonitorView(DriftV1View):
    @extend_schema(
        operation_id="get_drift_monitor",
        tags=TAGS,
        summary="One drift monitor",
        responses={200: DriftMonitorFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, monitor_id: str) -> Response:
        return Response(monitor_shape(own(request, monitor_id)))

    @extend_schema(
        operation_id="change_drift_monitor",
        tags=TAGS,
        summary="Change a drift monitor, switch it on or off",
        description="What is not sent stays as it is; a baseline is sent as a whole.",
        request={"application/json": DriftMonitorSent(partial=True)},
        responses={200: DriftMonitorFields, **PROBLEMS},
    )
    def patch(self, request: HttpRequest, monitor_id: str) -> Response:
        return Response(monitor_shape(written(request.data, own(request, monitor_id))))

    @extend_schema(
        operation_id="delete_drift_monitor",
        tags=TAGS,
        summary="Delete a drift monitor and its verdicts",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, monitor_id: str) -> Response:
        changing.delete(own(request, monitor_id))
        return Response(status=204)


class RunView(DriftV1View):
    @extend_schema(
        operation_id="run_drift_monitor",
        tags=TAGS,
        summary="Judge now",
        description="The answer comes at once; asked_at is null again when the run is done.",
        request=None,
        responses={202: DriftMonitorFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest, monitor_id: str) -> Response:
        monitor = own(request, monitor_id)
        changing.run_now(monitor)
        monitor.refresh_from_db()
        return Response(monitor_shape(monitor), status=202)


class VerdictsView(DriftV1View):
    @extend_schema(
        operation_id="list_drift_verdicts",
        tags=TAGS,
        summary="What a monitor found, the newest first",
        parameters=[
            OpenApiParameter("limit", int, description=f"At most {MOST_OF_PAGE}; {A_PAGE}."),
            OpenApiParameter("cursor", str, description="next_cursor of the page before."),
            OpenApiParameter(
                "state", str, enum=[str(one) for one in State], description="Only those of it."
            ),
        ],
        responses={200: DriftVerdictsFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, monitor_id: str) -> Response:
        found = own(request, monitor_id).verdicts.defer("shapes", "samples", "words", "moved")
        if state := request.GET.get("state", ""):
            if state not in set(State):
                raise exceptions.ValidationError({"state": ["There is no such state."]})
            found = found.filter(state=state)
        if cursor := request.GET.get("cursor", ""):
            found = found.filter(at__lt=moment_in(cursor))
        limit = limit_in(request.GET.get("limit", ""))
        page = list(found.order_by("-at")[: limit + 1])
        more = f"{page[limit - 1].at:%Y-%m-%dT%H:%M:%S.%fZ}" if len(page) > limit else None
        return Response({"data": [listed_shape(one) for one in page[:limit]], "next_cursor": more})


class VerdictView(DriftV1View):
    @extend_schema(
        operation_id="get_drift_verdict",
        tags=TAGS,
        summary="One verdict, with what it rests on",
        responses={200: DriftVerdictFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, monitor_id: str, verdict_id: str) -> Response:
        return Response(verdict_shape(verdict_of(own(request, monitor_id), verdict_id)))


class MarkView(DriftV1View):
    @extend_schema(
        operation_id="mark_drift_verdict",
        tags=TAGS,
        summary="Call a verdict expected or harmful",
        description="From three marks on the threshold moves to where it would be wrong least.",
        request={"application/json": DriftMarkSent},
        responses={200: DriftVerdictFields, **PROBLEMS},
    )
    def put(self, request: HttpRequest, monitor_id: str, verdict_id: str) -> Response:
        verdict = verdict_of(own(request, monitor_id), verdict_id)
        said = DriftMarkSent(data=object_of(request.data))
        said.is_valid(raise_exception=True)
        mark = said.validated_data["mark"]
        if mark is None:
            marks.unmark(verdict, None)
        elif verdict.effect is None:
            raise exceptions.ValidationError({"mark": ["Only what was measured can be marked."]})
        else:
            marks.mark(verdict, None, Mark(mark), said.validated_data["note"])
        verdict.refresh_from_db()
        return Response(verdict_shape(verdict))


def own(request: HttpRequest, monitor_id: str) -> DriftMonitor:
    found = DriftMonitor.objects.filter(project=request.auth.project_id, pk=monitor_id)
    monitor = found.select_related("project").first()
    if monitor is None:
        raise Http404("There is no such monitor.")
    return monitor


def verdict_of(monitor: DriftMonitor, verdict_id: str) -> DriftVerdict:
    verdict = monitor.verdicts.filter(pk=verdict_id).first()
    if verdict is None:
        raise Http404("There is no such verdict.")
    verdict.monitor = monitor
    return verdict


def written(body: Any, monitor: DriftMonitor) -> DriftMonitor:
    """Made or changed by what was sent. Raises ValidationError."""
    data = object_of(body)
    is_new = monitor._state.adding
    unknown = data.keys() - DriftMonitorSent().fields.keys()
    if unknown:
        raise exceptions.ValidationError({name: ["There is no such field."] for name in unknown})
    sent = DriftMonitorSent(data=data, partial=not is_new)
    sent.is_valid(raise_exception=True)
    said = dict(sent.validated_data)
    is_on = said.pop("is_on", None)
    if "watched" in said and "kind" not in said:
        said["kind"] = str(WATCHED[said["watched"]].kinds[0])
    if baseline := said.pop("baseline", None):
        monitor.baseline = baseline_in(baseline)
        monitor.__dict__.pop("chosen", None)  # it is kept from when it was first asked for
    for name, value in said.items():
        setattr(monitor, name, value)
    if is_new and is_on is not None:
        monitor.is_on = is_on
    try:
        if said or baseline:
            changing.save(monitor, None)
    except (InvalidMonitor, InvalidBaseline) as error:
        raise exceptions.ValidationError(str(error)) from error
    if not is_new and is_on is not None and is_on != monitor.is_on:
        changing.switch(monitor, is_on=is_on)
    monitor.refresh_from_db()
    return monitor


def baseline_in(sent: dict[str, Any]) -> dict[str, Any]:
    try:
        return stored(Chosen(**{**sent, "kind": BaselineKind(sent["kind"])}))
    except InvalidBaseline as error:
        raise exceptions.ValidationError({"baseline": [str(error)]}) from error


def moment_in(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None:
        raise exceptions.ValidationError({"cursor": ["It is the next_cursor of a page."]})
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def limit_in(text: str) -> int:
    if not text:
        return A_PAGE
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_OF_PAGE):
        raise exceptions.ValidationError({"limit": [f"A whole number from 1 to {MOST_OF_PAGE}."]})
    return int(text)
