"""What requests about incidents and silences have in common: scopes, pages, what they are of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from alerts.incidents.models import MAX_ID, Incident, Silence
from traces.api.body import JsonBody, object_in
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import cursor_of
from traces.api.v1.problems import V1View

Row = TypeVar("Row", bound=Model)


class AlertsView(V1View):
    """Reading needs the scope `read`, changing `admin`."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        is_read = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [require_scope("read" if is_read else "admin")()]


def incident_of(request: HttpRequest, incident_id: str) -> Incident:
    rows = Incident.objects.select_related("acknowledged_by", "assignee")
    found = rows.filter(project=request.auth.project_id, pk=incident_id[:MAX_ID]).first()
    if found is None:
        raise Http404("There is no such incident.")
    return found


def silence_of(request: HttpRequest, silence_id: str) -> Silence:
    rows = Silence.objects.select_related("author")
    found = rows.filter(project=request.auth.project_id, pk=silence_id[:MAX_ID]).first()
    if found is None:
        raise Http404("There is no such silence.")
    return found


def sent(kind: type, request: Any) -> dict[str, Any]:
    """The checked body. Raises ValidationError, also for a field that there is not."""
    body = dict(object_in(request.data))
    serializer = kind(data=body)
    if unknown := body.keys() - serializer.fields.keys():
        raise ValidationError({str(name): ["There is no such field."] for name in sorted(unknown)})
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def paged(
    rows: QuerySet[Row],
    field: str,
    found: dict[str, Any],
    shape: Callable[[Row], dict[str, Any]],
) -> Response:
    """A page of the newest by this field of time, and the cursor of the next."""
    if cursor := cursor_of(found, str, str):
        at = _moment(cursor[0])
        beyond = Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": cursor[1]})
        rows = rows.filter(beyond)
    page = list(rows.order_by(f"-{field}", "-pk")[: found["limit"] + 1])
    shown = page[: found["limit"]]
    more = None
    if len(page) > len(shown):
        more = encoded_cursor(getattr(shown[-1], field).isoformat(), shown[-1].pk)
    return Response({"data": [shape(one) for one in shown], "next_cursor": more})


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValidationError("cursor is not one that was given out.")
    return found
