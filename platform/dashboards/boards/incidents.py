"""Incidents on the time axis of boards: when they fired, with a link to their page."""

from datetime import UTC, datetime

from django.urls import reverse

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from dashboards.boards.markers import MOST, Event, nanoseconds
from dashboards.boards.models import MarkerKind
from dashboards.boards.panel import Scope
from dashboards.boards.units import NS


def fired(scope: Scope) -> list[Event]:
    """The newest of the scope's time. Info is left out: it is told nobody."""
    ends = (scope.since, scope.until)
    since, until = (datetime.fromtimestamp(at // NS, UTC) for at in ends)
    rows = Incident.objects.filter(
        project=scope.project.id, fired_at__gte=since, fired_at__lt=until
    ).exclude(tier=str(Tier.INFO))
    return [
        Event(nanoseconds(one.fired_at), str(MarkerKind.INCIDENT), _words(one), _page(scope, one))
        for one in rows.order_by("-fired_at", "pk")[:MOST]
    ]


def _words(incident: Incident) -> str:
    values = " ".join(value for _name, value in sorted(incident.labels.items()) if value)
    return f"{incident.rule_name} {values}".strip()


def _page(scope: Scope, incident: Incident) -> str:
    if not scope.leads:
        return ""
    return reverse("alerts-incident", args=[scope.project.id, incident.pk])
