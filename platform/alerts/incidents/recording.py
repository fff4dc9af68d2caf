"""Writing down what rules found, in the transaction of whoever evaluated them: one open incident
for each fingerprint, with its timeline.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Project
from alerts.incidents.models import EventKind, Incident, IncidentEvent
from alerts.incidents.tiers import Step, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A segment of a rule. `group_key` is of those that are told together, `inhibits` are the ids
    of rules whose alerts it explains.
    """

    project: Project
    rule_id: str
    rule_name: str
    fingerprint: str
    group_key: str
    labels: dict[str, str] = field(default_factory=dict)
    inhibits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an alert did at a moment, with the facts of the bucket that it did it in."""

    alert: Alert
    step: Step
    tier: Tier
    at: datetime
    began_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


def record(changes: Iterable[Change]) -> list[Incident]:
    """The incidents that changed, each once. To be called within a transaction, with the rule
    locked. A change of what a person has closed opens a new incident, but for its end.
    """
    changed: dict[str, Incident] = {}
    for change in changes:
        incident = _open(change.alert.fingerprint)
        if incident is None and change.step == Step.RESOLVED:
            continue
        incident = _begun(change) if incident is None else _moved(incident, change)
        changed[incident.pk] = incident
    return list(changed.values())


def _open(fingerprint: str) -> Incident | None:
    return (
        Incident.objects.select_for_update()
        .filter(fingerprint=fingerprint, resolved_at=None)
        .first()
    )


def _begun(change: Change) -> Incident:
    alert = change.alert
    incident = Incident.objects.create(
        project=alert.project,
        rule_id=alert.rule_id,
        rule_name=alert.rule_name,
        fingerprint=alert.fingerprint,
        group_key=alert.group_key,
        labels=alert.labels,
        inhibits=list(alert.inhibits),
        tier=str(change.tier),
        facts=change.facts,
        began_at=change.began_at,
        fired_at=change.at,
    )
    _note(incident, str(EventKind.FIRED), change)
    return incident


def _moved(incident: Incident, change: Change) -> Incident:
    incident.facts = change.facts
    if change.step == Step.RESOLVED:
        incident.resolved_at = change.at
        _note(incident, str(EventKind.RESOLVED), change)
    elif incident.tier != change.tier:
        incident.tier = str(change.tier)
        _note(incident, str(EventKind.TIER), change)
    incident.save(update_fields=("facts", "tier", "resolved_at"))
    return incident


def _note(incident: Incident, kind: str, change: Change) -> None:
    data = {"tier": str(change.tier), **change.facts}
    IncidentEvent.objects.create(incident=incident, kind=kind, at=change.at, data=data)
