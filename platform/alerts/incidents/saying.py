"""Incidents with what their rules say of them, for lists: each rule is read once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alerts.incidents.explaining import Definition, Said, explainer
from alerts.incidents.listing import State
from alerts.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Told:
    """`problem` is why the rule cannot be evaluated, where the incident is of that."""

    incident: Incident
    said: Said
    problem: str = ""

    @property
    def labels(self) -> list[tuple[str, str]]:
        return [] if self.problem else sorted(self.incident.labels.items())

    @property
    def state(self) -> str:
        return str(state_of(self.incident))


def state_of(incident: Incident) -> State:
    if not incident.is_open:
        return State.OVER
    return State.ACKNOWLEDGED if incident.acknowledged_at else State.OPEN


def told(incidents: Iterable[Incident]) -> list[Told]:
    definitions: dict[str, Definition | None] = {}
    found = []
    for one in incidents:
        if one.rule_id not in definitions:
            definitions[one.rule_id] = explainer().definition_of(one.rule_id)
        found.append(_told(one, definitions[one.rule_id]))
    return found


def _told(incident: Incident, definition: Definition | None) -> Told:
    if problem := incident.facts.get("problem"):
        return Told(incident, Said(), f"{_(problem)} {incident.facts.get('error', '')}".strip())
    said = explainer().said(definition, incident.facts) if definition else Said()
    return Told(incident, said)
