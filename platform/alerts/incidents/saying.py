"""Incidents with what their rules say of them, for lists: each rule is read once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alerts.incidents.explaining import Definition, Said, explainer
from alerts.incidents.listing import State
from alerts.incidents.models import EventKind, Incident, IncidentEvent

Facts = Mapping[str, Any]
ELSEWHERE, ID = ("monitor", "budget"), "id"  # labels of what rules only pass on


@dataclass(frozen=True, slots=True)
class Told:
    """`problem` is why the rule cannot be evaluated, where the incident is of that. `source` is the
    id of the drift monitor or budget that was judged elsewhere, `verdict` that of its verdict.
    """

    incident: Incident
    said: Said
    problem: str = ""
    verdict: str = ""

    @property
    def labels(self) -> list[tuple[str, str]]:
        found = sorted(self.incident.labels.items())
        return [] if self.problem else [one for one in found if one != (ID, self.source)]

    @property
    def source(self) -> str:
        return self.incident.labels.get(ID, "") if self.of else ""

    @property
    def of(self) -> str:
        return next((one for one in ELSEWHERE if one in self.incident.labels), "")

    @property
    def state(self) -> str:
        return str(state_of(self.incident))


def state_of(incident: Incident) -> State:
    if not incident.is_open:
        return State.OVER
    return State.ACKNOWLEDGED if incident.acknowledged_at else State.OPEN


def told(incidents: Iterable[Incident]) -> list[Told]:
    """Of what is over, as it was when it was bad last."""
    shown = list(incidents)
    definitions: dict[str, Definition | None] = {}
    bad = _bad_facts([one for one in shown if not one.is_open])
    found = []
    for one in shown:
        if one.rule_id not in definitions:
            definitions[one.rule_id] = explainer().definition_of(one.rule_id)
        found.append(_told(one, definitions[one.rule_id], bad.get(one.pk, one.facts)))
    return found


def _bad_facts(over: list[Incident]) -> dict[str, Facts]:
    """Those of an incident itself are of the bucket in which it was good again."""
    kinds = (EventKind.FIRED, EventKind.TIER)
    rows = IncidentEvent.objects.filter(incident__in=over, kind__in=kinds) if over else ()
    return {one.incident_id: one.data for one in rows}  # in the order of time: the last one stays


def _told(incident: Incident, definition: Definition | None, facts: Facts) -> Told:
    if problem := facts.get("problem"):
        return Told(incident, Said(), f"{_(problem)} {facts.get('error', '')}".strip())
    said = explainer().said(definition, facts) if definition else Said()
    return Told(incident, said, verdict=str((facts.get("evidence") or {}).get("verdict", "")))
