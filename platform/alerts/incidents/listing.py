"""Which incidents a list shows: what may be asked, and how many there are of each state."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from alerts.incidents.models import MAX_ID, TIERS, Incident

MAX_TEXT = 200
MOST_RULES = 200  # to choose from
RANGES = {
    "24h": (timedelta(hours=24), _("24 hours")),
    "7d": (timedelta(days=7), _("7 days")),
    "30d": (timedelta(days=30), _("30 days")),
    "90d": (timedelta(days=90), _("90 days")),
}
NOBODY = "nobody"


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    OVER = "over"


STATES = (
    (str(State.OPEN), _("Open now")),
    (str(State.ACKNOWLEDGED), _("Acknowledged")),
    (str(State.OVER), _("Ended")),
)


OF_STATE = {
    State.OPEN: Q(resolved_at=None, acknowledged_at=None),
    State.ACKNOWLEDGED: Q(resolved_at=None, acknowledged_at__isnull=False),
    State.OVER: Q(resolved_at__isnull=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`label` is name=value; `assignee` the id of a person, or nobody. "" asks for nothing."""

    state: str = ""
    tier: str = ""
    rule: str = ""
    assignee: str = ""
    label: str = ""
    range: str = ""
    q: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query)

    @property
    def query(self) -> str:
        """As the list's address has it."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def without_state(self) -> str:
        return replace(self, state="").query


def wanted_in(query: QueryDict) -> Wanted:
    """What makes no sense asks for nothing."""
    said = {name: query.get(name, "").replace("\0", "")[:MAX_TEXT] for name in Wanted.__slots__}
    if said["state"] not in dict(STATES):
        said["state"] = ""
    if said["tier"] not in dict(TIERS):
        said["tier"] = ""
    if said["range"] not in RANGES:
        said["range"] = ""
    if "=" not in said["label"].strip("="):
        said["label"] = ""
    if said["assignee"] != NOBODY and not said["assignee"].isascii():
        said["assignee"] = ""
    said["rule"] = said["rule"][:MAX_ID]
    return Wanted(**said)


def found(project: Project, wanted: Wanted, now: datetime) -> QuerySet[Incident]:
    """What is open first, then what was over last."""
    rows = narrowed(project, wanted, now)
    if wanted.state:
        rows = rows.filter(OF_STATE[State(wanted.state)])
    return rows.order_by(F("resolved_at").desc(nulls_first=True), "-fired_at", "pk")


def narrowed(project: Project, wanted: Wanted, now: datetime) -> QuerySet[Incident]:
    """Of every state."""
    rows = Incident.objects.filter(project=project.id)
    if wanted.tier:
        rows = rows.filter(tier=wanted.tier)
    if wanted.rule:
        rows = rows.filter(rule_id=wanted.rule)
    if wanted.assignee == NOBODY:
        rows = rows.filter(assignee=None)
    elif wanted.assignee:
        rows = _assigned(rows, wanted.assignee)
    if wanted.label:
        name, _equals, value = wanted.label.partition("=")
        rows = rows.filter(labels__contains={name.strip(): value.strip()})
    if wanted.range:
        since = now - RANGES[wanted.range][0]
        rows = rows.filter(Q(resolved_at=None) | Q(resolved_at__gte=since))
    if text := wanted.q.strip():
        rows = rows.annotate(said=Cast("labels", TextField())).filter(
            Q(rule_name__icontains=text) | Q(said__icontains=text) | Q(pk=text[:MAX_ID])
        )
    return rows


def _assigned(rows: QuerySet[Incident], user_id: str) -> QuerySet[Incident]:
    return rows.filter(assignee=user_id) if user_id.isdecimal() else rows.none()


def counts(project: Project, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Of each state, whatever state is wanted."""
    told = {str(state): Count("pk", filter=of) for state, of in OF_STATE.items()}
    return narrowed(project, wanted, now).aggregate(**told)


def rules_of(project: Project) -> list[tuple[str, str]]:
    """The rules that have had incidents: id and the name that they had last, by name."""
    rows = (
        Incident.objects.filter(project=project.id)
        .order_by("rule_id", "-fired_at")
        .distinct("rule_id")
        .values_list("rule_id", "rule_name")
    )
    return sorted(rows[:MOST_RULES], key=lambda one: (one[1].lower(), one[0]))
