"""What stands around an incident: what explains it, what it explains, what else was wrong then, and
what else changed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project
from alerts.incidents.matching import RULE, inhibitor
from alerts.incidents.models import Incident, Silence
from prompts.models import LabelMove
from traces.queries.filters import DAY
from traces.queries.releases import first_heard_of

NS = 1_000_000_000
MOST, MOST_CHANGES = 20, 30
BEFORE = timedelta(hours=6)  # how long before it began something may have been the cause
RELEASE_LOOKBACK = 14 * DAY  # a release that was seen so long before is not new
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    explained_by: list[Incident]
    explains: list[Incident]
    others: list[Incident]
    silences: list[Silence]


@dataclass(frozen=True, slots=True)
class Changed:
    """`kind` is release or prompt."""

    at: datetime
    kind: str
    text: str
    href: str = ""


def related(incident: Incident, now: datetime) -> Related:
    """Others that were open at the same time, each once."""
    others = list(_at_that_time(incident, now)[:MOST])
    by = [one for one in others if _explains(one, incident)]
    of = [one for one in others if _explains(incident, one)]
    rest = [one for one in others if one not in by and one not in of]
    return Related(explained_by=by, explains=of, others=rest, silences=_silences(incident, now))


def _at_that_time(incident: Incident, now: datetime) -> QuerySet[Incident]:
    until = incident.resolved_at or now
    return (
        Incident.objects.filter(project=incident.project_id, fired_at__lte=until)
        .filter(Q(resolved_at=None) | Q(resolved_at__gte=incident.began_at))
        .exclude(pk=incident.pk)
        .order_by("-fired_at", "pk")
    )


def _explains(one: Incident, other: Incident) -> bool:
    return inhibitor(other.rule_id, other.labels, [one.firing]) is not None


def _silences(incident: Incident, now: datetime) -> list[Silence]:
    """Those that hold for it now."""
    labels = {**incident.labels, RULE: incident.rule_id}
    rows = Silence.objects.filter(project=incident.project_id, begins_at__lte=now, ends_at__gt=now)
    return [one for one in rows.select_related("author") if one.holds(labels, now)]


def changed(project: Project, incident: Incident) -> list[Changed]:
    """New releases and labels of prompts that moved, from some hours before it began until it was
    over, the newest first. Raises Unavailable.
    """
    since, until = window(incident)
    low, high = int(since.timestamp()) * NS, int(until.timestamp()) * NS
    begin = max(0, low - RELEASE_LOOKBACK)
    releases = [
        Changed(datetime.fromtimestamp(at // NS, UTC), "release", name)
        for name, at in first_heard_of(project.id, begin, high, most=MOST_CHANGES)
        if at >= low
    ]
    found = [*releases, *_moves(project, since, until)]
    return sorted(found, key=lambda one: (one.at, one.text), reverse=True)[:MOST_CHANGES]


def window(incident: Incident) -> tuple[datetime, datetime]:
    until = incident.resolved_at or timezone.now()
    since = max(incident.began_at - BEFORE, until - LONGEST)
    return since, until


def _moves(project: Project, since: datetime, until: datetime) -> list[Changed]:
    moves = LabelMove.objects.filter(
        prompt__project=project, after__isnull=False, at__gte=since, at__lt=until
    ).select_related("prompt")
    return [
        Changed(
            move.at,
            "prompt",
            f"{move.prompt.name} {move.label} → v{move.after}",
            f"{reverse('prompt-page', args=[project.id, move.prompt.name])}?version={move.after}",
        )
        for move in moves.order_by("-at")[:MOST_CHANGES]
    ]
