"""What is said to a channel, before it becomes a mail, a chat message or a page: facts and words,
without any markup. It is stored as JSON, so that each attempt says the same.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.channels.tiers import Tier

MAX_TEXT, MAX_NOTE, MAX_ADDRESS = 300, 2000, 2000
MOST_ALERTS, MOST_LABELS, MOST_SAMPLES, MOST_POINTS = 50, 20, 3, 120


class News(models.TextChoices):
    """What is said of alerts."""

    FIRING = "firing", _("Firing")
    WORSE = "worse", _("Got worse")
    REMINDER = "reminder", _("Still firing")
    ESCALATED = "escalated", _("Escalated")
    RESOLVED = "resolved", _("Resolved")
    CAME_AND_WENT = "came_and_went", _("Came and went")
    DIGEST = "digest", _("Daily digest")


@dataclass(frozen=True, slots=True)
class Sample:
    """A trace to look at."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a rule measured, the oldest first; None where nothing is known. `bad` says of each point
    whether the rule judged it so; empty, nothing is known of that.
    """

    name: str = ""
    unit: str = ""
    points: tuple[float | None, ...] = ()
    bad: tuple[bool, ...] = ()
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One segment of a rule, in words: `limit` is the limit or the band that `value` left. The two
    addresses do what they say for whoever opens them, without a login.
    """

    incident_id: str
    fingerprint: str
    labels: Mapping[str, str] = field(default_factory=dict)
    tier: str = str(Tier.WARNING)
    value: str = ""
    limit: str = ""
    window: str = ""
    began_at: datetime
    ended_at: datetime | None = None
    url: str = ""
    acknowledge_url: str = ""
    silence_url: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`key` is the same each time this is said; by it, receivers know a second copy. `more` alerts
    are not named. `language` is that of what the channel writes around it.
    """

    key: str
    project_id: str
    project_name: str
    news: str
    tier: str
    rule_id: str
    rule_name: str
    group_key: str
    at: datetime
    note: str = ""
    runbook_url: str = ""
    alerts: tuple[Alert, ...] = ()
    more: int = 0
    series: Series = field(default_factory=Series)
    rule_url: str = ""
    traces_url: str = ""
    language: str = "en"
    is_test: bool = False

    @property
    def is_over(self) -> bool:
        return self.news in (News.RESOLVED, News.CAME_AND_WENT)


def as_json(message: Message) -> dict[str, Any]:
    """Bounded: no text, list or table in it is longer than the limits above."""
    return asdict(_bounded(message), dict_factory=_plain)


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields
    }


def of_json(told: Mapping[str, Any]) -> Message:
    """Whatever `as_json` made, also once it was stored."""
    alerts = tuple(
        Alert(
            **{
                **one,
                "began_at": datetime.fromisoformat(one["began_at"]),
                "ended_at": one["ended_at"] and datetime.fromisoformat(one["ended_at"]),
                "samples": tuple(Sample(**sample) for sample in one["samples"]),
            }
        )
        for one in told["alerts"]
    )
    drawn = told["series"]
    points, bad = tuple(drawn["points"]), tuple(drawn.get("bad", ()))
    series = Series(**{**drawn, "points": points, "bad": bad})
    at = datetime.fromisoformat(told["at"])
    return Message(**{**told, "at": at, "alerts": alerts, "series": series})


def cut(text: str, most: int) -> str:
    """At most so many characters, the last of them `…` where something is missing. Without the
    characters that no store and no protocol likes, but for the ends of lines.
    """
    text = "".join(one if one.isprintable() or one in "\n\t" else " " for one in text[: most + 1])
    return text if len(text) <= most else text[: most - 1] + "…"


def _bounded(message: Message) -> Message:
    alerts = message.alerts[:MOST_ALERTS]
    return replace(
        message,
        project_name=cut(message.project_name, MAX_TEXT),
        rule_name=cut(message.rule_name, MAX_TEXT),
        note=cut(message.note, MAX_NOTE),
        runbook_url=cut(message.runbook_url, MAX_ADDRESS),
        alerts=tuple(_bounded_alert(alert) for alert in alerts),
        more=message.more + len(message.alerts) - len(alerts),
        series=_bounded_series(message.series),
    )


def _bounded_alert(alert: Alert) -> Alert:
    labels = list(alert.labels.items())[:MOST_LABELS]
    return replace(
        alert,
        labels={cut(name, MAX_TEXT): cut(value, MAX_TEXT) for name, value in labels},
        value=cut(alert.value, MAX_TEXT),
        limit=cut(alert.limit, MAX_TEXT),
        window=cut(alert.window, MAX_TEXT),
        samples=tuple(
            replace(one, name=cut(one.name, MAX_TEXT)) for one in alert.samples[:MOST_SAMPLES]
        ),
    )


def _bounded_series(series: Series) -> Series:
    """JSON knows no infinity: what is no finite number is unknown."""
    return Series(
        name=cut(series.name, MAX_TEXT),
        unit=cut(series.unit, MAX_TEXT),
        points=tuple(_finite(point) for point in series.points[-MOST_POINTS:]),
        bad=series.bad[-MOST_POINTS:] if len(series.bad) == len(series.points) else (),
        limit=_finite(series.limit),
    )


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
