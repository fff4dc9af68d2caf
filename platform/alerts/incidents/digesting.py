"""What happened in a day, told once to the channels that want to know: also what was only logged.

A day ends at the hour that a channel chose, on the clock of its zone. Its digest has one key for
each day, under which no channel is told twice; a day without anything is not told.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import Coalesce, Least
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project
from alerts.channels.message import Alert, Message, News
from alerts.channels.models import Channel, ChannelKind
from alerts.channels.writing import write
from alerts.incidents.messages import absolute, language_of
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from traces.templatetags.trace_figures import duration

MOST_RULES = 50  # that a digest names; it says how many there are beyond
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Day:
    """From the hour of the day before (included) to that of this day (not)."""

    name: str
    since: datetime
    until: datetime


def day_of(now: datetime, hour: int, zone: str) -> Day:
    """The last that is over."""
    clock = ZoneInfo(zone)
    today = now.astimezone(clock).date()
    if datetime.combine(today, time(hour), clock) > now:
        today -= timedelta(days=1)
    ends = (datetime.combine(day, time(hour), clock) for day in (today - timedelta(days=1), today))
    since, until = (one.astimezone(UTC) for one in ends)
    return Day(f"{today:%Y-%m-%d}", since, until)


def digest(now: datetime | None = None) -> int:
    """Tell every channel whose day is over and that was not told of it. Returns how many."""
    now = now or timezone.now()
    wanting = Channel.objects.filter(is_active=True).exclude(digest_hour=None)
    wanting = wanting.exclude(kind=ChannelKind.PAGERDUTY).select_related("project")
    return sum(_told(channel, now) for channel in wanting.order_by("pk").iterator(chunk_size=200))


def _told(channel: Channel, now: datetime) -> bool:
    assert channel.digest_hour is not None
    day = day_of(now, channel.digest_hour, channel.digest_zone)
    key = f"digest-{day.name}"
    if channel.created_at >= day.until or channel.deliveries.filter(key=key).exists():
        return False
    message = message_of(channel.project, day, key)
    return bool(message and write(channel, message))


def message_of(project: Project, day: Day, key: str) -> Message | None:
    """None where nothing fired."""
    found = _rules(project, day)
    if not found:
        return None
    language = language_of(project)
    with translation.override(language):
        alerts = [_alert(project, day, one) for one in found]
        alerts.sort(key=lambda one: -Tier(one.tier).rank)
        count = sum(one["count"] for one in found)
        words = ngettext(
            "%(count)d alert fired in this day.", "%(count)d alerts fired in this day.", count
        )
        return Message(
            key=key,
            project_id=project.id,
            project_name=project.name,
            news=str(News.DIGEST),
            tier=alerts[0].tier,
            rule_id="",
            rule_name=_("Daily digest of %(day)s") % {"day": day.name},
            group_key="digest",
            at=day.until,
            note=words % {"count": count},
            alerts=tuple(alerts[:MOST_RULES]),
            more=max(len(alerts) - MOST_RULES, 0),
            language=language,
        )


def _rules(project: Project, day: Day) -> list[dict[str, Any]]:
    """What each rule's incidents come to, the one with most first."""
    ended = Least(Coalesce("resolved_at", day.until), day.until)
    fired = Incident.objects.filter(
        project=project, fired_at__gte=day.since, fired_at__lt=day.until
    ).order_by()
    counted = fired.values("rule_id").annotate(
        name=Max("rule_name"),
        count=Count("pk"),
        first=Min("fired_at"),
        length=Sum(ended - F("fired_at")),
        is_open=Count("pk", filter=Q(resolved_at=None)),
        critical=Count("pk", filter=Q(tier=Tier.CRITICAL)),
        warning=Count("pk", filter=Q(tier=Tier.WARNING)),
    )
    return list(counted.order_by("-count", "rule_id"))


def _alert(project: Project, day: Day, rule: dict[str, Any]) -> Alert:
    tier = Tier.CRITICAL if rule["critical"] else Tier.WARNING if rule["warning"] else Tier.INFO
    return Alert(
        incident_id="",
        fingerprint=f"digest-{rule['rule_id']}",
        labels={_("rule"): rule["name"]},
        tier=str(tier),
        value=_how_often(rule),
        window=_window(day),
        began_at=rule["first"],
        ended_at=None if rule["is_open"] else day.until,
        url=absolute("alerts-incidents", project.id, rule=rule["rule_id"]),
    )


def _how_often(rule: dict[str, Any]) -> str:
    told = {
        "count": rule["count"],
        "time": duration(max(round(rule["length"].total_seconds()), 0) * NS),
        "open": rule["is_open"],
    }
    words = ngettext(
        "%(count)d time, %(time)s in all", "%(count)d times, %(time)s in all", rule["count"]
    )
    if rule["is_open"]:
        words = ngettext(
            "%(count)d time, %(time)s in all, %(open)d still open",
            "%(count)d times, %(time)s in all, %(open)d still open",
            rule["count"],
        )
    return words % told


def _window(day: Day) -> str:
    return f"{day.since:%Y-%m-%d %H:%M} – {day.until:%Y-%m-%d %H:%M} UTC"
