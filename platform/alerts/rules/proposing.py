"""The limit of a rule that people's verdicts on its alerts propose, and what it would have told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.incidents.models import EventKind, IncidentEvent
from alerts.incidents.quality import proposed_limit
from alerts.rules.baseline import oriented
from alerts.rules.beyond import first_limit, is_beyond
from alerts.rules.conditions import Anomaly, Change, Composite, Threshold, WrongRule
from alerts.rules.definition import Definition
from alerts.rules.limits import sent_limits, with_limits
from alerts.rules.models import Rule
from alerts.rules.points import Side
from alerts.rules.words import judged_of

MOST_EVENTS = 20_000
Proposable = Threshold | Change | Anomaly | Composite


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`now` and `limit` in words; `sent` is what sets it. Of `real` and `false` alerts that people
    judged, how many it would have told.
    """

    now: str
    limit: str
    sent: Mapping[str, str]
    real: int
    real_told: int
    false: int
    false_told: int


@dataclass(slots=True)
class Verdicts:
    """How bad each judged alert of a rule became, in what its limits are in."""

    real: list[float]
    false: list[float]

    def wrong(self, limit: float, side: Side) -> int:
        """How many would lie on the wrong side of it."""
        missed = len(self.real) - told(self.real, limit, side)
        return missed + told(self.false, limit, side)


def told(values: Iterable[float], limit: float, side: Side) -> int:
    return sum(is_beyond(one, limit, side) for one in values)


def proposals(project_id: str, rules: Iterable[Rule], since: datetime) -> dict[str, Proposal]:
    """By rule, of those that a better limit is known for."""
    facts = _facts(project_id, since)
    found = {}
    for rule in rules:
        try:
            proposal = _of(rule.wanted, facts[rule.pk]) if rule.pk in facts else None
        except WrongRule:
            continue
        if proposal:
            found[rule.pk] = proposal
    return found


def _facts(project_id: str, since: datetime) -> dict[str, dict[str, tuple[bool, list[dict]]]]:
    """By rule and alert: whether it was real, and the buckets in which it fired or got worse."""
    events = IncidentEvent.objects.filter(
        incident__project=project_id,
        incident__fired_at__gte=since,
        incident__was_real__isnull=False,
        kind__in=(str(EventKind.FIRED), str(EventKind.TIER)),
    ).order_by("-at", "pk")
    rows = events.values_list("incident__rule_id", "incident_id", "incident__was_real", "data")
    found: dict[str, dict[str, tuple[bool, list[dict]]]] = defaultdict(dict)
    for rule_id, incident_id, was_real, data in rows[:MOST_EVENTS]:
        found[rule_id].setdefault(incident_id, (was_real, []))[1].append(data)
    return found


def _of(definition: Definition, facts: Mapping[str, tuple[bool, list[dict]]]) -> Proposal | None:
    condition = definition.condition
    if not isinstance(condition, Proposable):
        return None
    side, verdicts = _side(condition), _verdicts(condition, facts)
    limit = proposed_limit(verdicts.real, verdicts.false, is_above=side == Side.ABOVE)
    if limit is None:
        return None
    limit, first = float(f"{limit:.3g}"), first_limit(condition.limits)
    if verdicts.wrong(limit, side) >= verdicts.wrong(first.value, side):
        return None
    values = {
        one.tier: limit if one == first else _further(one.value, limit, side)
        for one in condition.limits
    }
    return Proposal(
        now=judged_of(definition, first.value),
        limit=judged_of(definition, limit),
        sent=sent_limits(with_limits(definition, values)),
        real=len(verdicts.real),
        real_told=told(verdicts.real, limit, side),
        false=len(verdicts.false),
        false_told=told(verdicts.false, limit, side),
    )


def _side(condition: Proposable) -> Side:
    """Of limits that are distances, and of those to either side, further out is above."""
    if isinstance(condition, Anomaly | Composite):
        return Side.ABOVE
    return Side.BELOW if condition.side == Side.BELOW else Side.ABOVE


def _further(value: float, limit: float, side: Side) -> float:
    """A higher tier's limit lies no nearer than that of a lower one."""
    return min(value, limit) if side == Side.BELOW else max(value, limit)


def _verdicts(condition: Proposable, facts: Mapping[str, tuple[bool, list[dict]]]) -> Verdicts:
    found = Verdicts([], [])
    worst = min if _side(condition) == Side.BELOW else max
    for was_real, buckets in facts.values():
        severities = (_severity(condition, data) for data in buckets)
        values = [one for one in severities if one is not None]
        if values:
            (found.real if was_real else found.false).append(worst(values))
    return found


def _severity(condition: Proposable, data: Mapping[str, Any]) -> float | None:
    """In what its limits are in: a distance from usual where these are distances."""
    if isinstance(condition, Anomaly):
        z = (data.get("evidence") or {}).get("z")
        return None if z is None else oriented(z, condition.side)
    value = data.get("value")
    if value is None or isinstance(condition, Composite):
        return value
    return abs(value) if condition.side == Side.EITHER else value
