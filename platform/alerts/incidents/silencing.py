"""Silences as pages show them: in words, and what one would hold now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Project
from alerts.incidents.forms import HOW_WORDS
from alerts.incidents.listing import rules_of
from alerts.incidents.matching import RULE, Matcher
from alerts.incidents.models import Incident, Silence

SHOWN = 10  # of what a silence would hold
MOST_OPEN = 2000  # incidents that are looked at
MOST_LABELS = 100  # names that a form offers, of the newest incidents
NEWEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A matcher in words. Of a rule, its name where it is known."""

    label: str
    how: str
    value: str
    is_rule: bool = False


def said(silence: Silence, rules: Mapping[str, str]) -> list[Said]:
    words = {key: str(told) for key, told in HOW_WORDS}
    return [
        Said(
            label=one["label"],
            how=words.get(one["how"], one["how"]),
            value=rules.get(one["value"], one["value"]) if one["label"] == RULE else one["value"],
            is_rule=one["label"] == RULE,
        )
        for one in silence.matchers
    ]


def of_states(now: datetime) -> dict[str, Q]:
    return {
        "active": Q(begins_at__lte=now, ends_at__gt=now),
        "coming": Q(begins_at__gt=now),
        "over": Q(ends_at__lte=now),
    }


def would_hold(project: Project, matchers: Sequence[Matcher]) -> list[Incident]:
    """The open incidents that all of the matchers match, the newest first; none without any."""
    if not matchers:
        return []
    rows = Incident.objects.filter(project=project.id, resolved_at=None)
    return [
        one
        for one in rows.order_by("-fired_at", "pk")[:MOST_OPEN]
        if all(each.matches({**one.labels, RULE: one.rule_id}) for each in matchers)
    ]


def rules_to_choose(project: Project, rule: str) -> list[tuple[str, str]]:
    """Those that have had incidents, and the one that is chosen already."""
    found = rules_of(project)
    return found if not rule or rule in dict(found) else [(rule, rule), *found]


def labels_of(project: Project) -> list[str]:
    """The names of labels of the newest incidents."""
    rows = Incident.objects.filter(project=project.id).order_by("-fired_at")
    names = {name for labels in rows.values_list("labels", flat=True)[:NEWEST] for name in labels}
    return sorted(names)[:MOST_LABELS]
