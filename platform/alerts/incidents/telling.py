"""Deciding what of a rule's incidents is told now, and writing it into the outbox: at most one
notice for each group and kind of news, however many segments it is of.

What is held back (a silence, quiet hours, an alert that explains it) is told once nothing holds it
back any more and it still fires; what was told is also told to be over.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from accounts.models import Project
from alerts.incidents.hours import QuietHours, is_quiet
from alerts.incidents.matching import RULE, inhibitor
from alerts.incidents.models import EventKind, Incident, IncidentEvent, News, Notice, Silence
from alerts.incidents.tiers import Tier

SILENCED, QUIET = gettext_noop("A silence holds."), gettext_noop("It is a quiet hour.")
INHIBITED = gettext_noop("Another alert explains it.")
MOST_INCIDENTS = 50  # that a notice names; it says how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a rule's incidents are told."""

    quiet: tuple[QuietHours, ...] = ()
    repeat_seconds: int = 0
    escalate_seconds: int = 0
    channels: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)  # the rule, for whoever is told


def tell(
    project: Project,
    rule_id: str,
    policy: Policy,
    *,
    changed: Collection[Incident] = (),
    now: datetime,
) -> list[Notice]:
    """Within the transaction that changed them. `changed` may hold some that are over."""
    ended = [incident for incident in changed if not incident.is_open]
    still = list(
        Incident.objects.select_for_update().filter(
            project=project, rule_id=rule_id, resolved_at=None
        )
    )
    quiet = _Quiet(project, policy, now)
    grouped: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    for incident in [*still, *ended]:
        _escalate(incident, policy, now)
        if news := _news(incident, policy, now):
            why = "" if news == News.RESOLVED else quiet.why(incident)
            if why:
                _hold_back(incident, why, now)
            else:
                grouped[incident.group_key, str(news)].append(incident)
    return [
        _written(project, key, news, incidents, policy, now)
        for (key, news), incidents in grouped.items()
    ]


def _news(incident: Incident, policy: Policy, now: datetime) -> str | None:
    """Info is told nobody: pages and digests show it."""
    tier = Tier(incident.tier)
    if not incident.is_open:
        if incident.told_tier:
            return str(News.RESOLVED)
        return str(News.CAME_AND_WENT) if tier.rank >= Tier.WARNING.rank else None
    if tier.rank < Tier.WARNING.rank:
        return None
    if not incident.told_tier:
        return str(News.FIRING)
    if tier.rank > incident.told_rank:
        return str(News.WORSE)
    return str(News.REMINDER) if _is_due(incident, policy, now) else None


def _is_due(incident: Incident, policy: Policy, now: datetime) -> bool:
    return (
        policy.repeat_seconds > 0
        and incident.tier == Tier.CRITICAL
        and incident.acknowledged_at is None
        and incident.told_at is not None
        and now - incident.told_at >= timedelta(seconds=policy.repeat_seconds)
    )


def _escalate(incident: Incident, policy: Policy, now: datetime) -> None:
    """A warning that nobody acknowledges becomes critical, which is then told as worse."""
    if (
        policy.escalate_seconds > 0
        and incident.is_open
        and incident.tier == Tier.WARNING
        and incident.acknowledged_at is None
        and incident.told_tier
        and now - incident.fired_at >= timedelta(seconds=policy.escalate_seconds)
    ):
        incident.tier = str(Tier.CRITICAL)
        incident.save(update_fields=("tier",))
        _note(incident, str(EventKind.ESCALATED), now, {"tier": incident.tier})


class _Quiet:
    """What keeps incidents of a project quiet at a moment."""

    def __init__(self, project: Project, policy: Policy, now: datetime) -> None:
        self.now = now
        self.is_quiet_hour = is_quiet(policy.quiet, now)
        found = Silence.objects.filter(project=project, begins_at__lte=now, ends_at__gt=now)
        self.silences = [one.silenced for one in found]
        explaining = Incident.objects.filter(project=project, resolved_at=None).exclude(inhibits=[])
        self.firing = [one.firing for one in explaining]

    def why(self, incident: Incident) -> str:
        """ "" where nothing does. What is critical is told in quiet hours too."""
        labels = {**incident.labels, RULE: incident.rule_id}
        if any(one.holds(labels, self.now) for one in self.silences):
            return SILENCED
        if inhibitor(incident.rule_id, incident.labels, self.firing):
            return INHIBITED
        return QUIET if self.is_quiet_hour and incident.tier != Tier.CRITICAL else ""


def _hold_back(incident: Incident, why: str, now: datetime) -> None:
    if incident.held_back != why:
        incident.held_back = why
        incident.save(update_fields=("held_back",))
        _note(incident, str(EventKind.HELD_BACK), now, {"why": why})


def _written(
    project: Project,
    key: str,
    news: str,
    incidents: list[Incident],
    policy: Policy,
    now: datetime,
) -> Notice:
    incidents.sort(key=lambda one: (-Tier(one.tier).rank, sorted(one.labels.items())))
    tier = Tier(incidents[0].tier)
    notice = Notice.objects.create(
        project=project,
        rule_id=incidents[0].rule_id,
        group_key=key,
        news=news,
        tier=str(tier),
        body=body(project, news, tier, incidents, now, policy.about),
        channels=list(policy.channels),
        at=now,
    )
    notice.incidents.set(incidents)
    for incident in incidents:
        if Tier(incident.tier).rank > incident.told_rank:
            incident.told_tier = incident.tier
        incident.told_at, incident.held_back = now, ""
        incident.save(update_fields=("told_tier", "told_at", "held_back"))
        _note(incident, str(EventKind.TOLD), now, {"news": news, "notice": notice.pk})
    return notice


def body(
    project: Project,
    news: str,
    tier: Tier,
    incidents: Iterable[Incident],
    now: datetime,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """What channels make their messages of, as it was then: JSON of facts, without any sentence."""
    told = list(incidents)
    return {
        "project": {"id": project.id, "name": project.name},
        "rule": {"id": told[0].rule_id, "name": told[0].rule_name, **about},
        "news": str(news),
        "tier": str(tier),
        "at": now.isoformat(),
        "count": len(told),
        "incidents": [
            {
                "id": one.pk,
                "fingerprint": one.fingerprint,
                "labels": one.labels,
                "tier": one.tier,
                "began_at": one.began_at.isoformat(),
                "fired_at": one.fired_at.isoformat(),
                "resolved_at": one.resolved_at.isoformat() if one.resolved_at else None,
                "facts": one.facts,
            }
            for one in told[:MOST_INCIDENTS]
        ],
    }


def _note(incident: Incident, kind: str, at: datetime, data: dict[str, Any]) -> None:
    IncidentEvent.objects.create(incident=incident, kind=kind, at=at, data=data)
