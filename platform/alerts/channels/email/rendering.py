"""A message as an e-mail: text, and HTML with the same in it and a chart of bars. Pure."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from alerts.channels import wording
from alerts.channels.message import Alert, Message, Series, cut
from alerts.channels.tiers import Tier

MAX_SUBJECT = 150
MOST_ALERTS, MOST_REFERENCES, MOST_BARS = 20, 10, 40
BAR_PIXELS = 60
# As attributes of a table, since programs that read e-mail know little of CSS.
COLOURS = {Tier.INFO: "#2563eb", Tier.WARNING: "#b45309", Tier.CRITICAL: "#b91c1c"}
OVER = "#15803d"


@dataclass(frozen=True, slots=True)
class Bar:
    """Of so many pixels; none where nothing is known."""

    pixels: int
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Section:
    """An alert, in words."""

    facts: list[tuple[str, str]]
    samples: list[tuple[str, str]]
    deeds: list[tuple[str, str]]


def rendered(message: Message, key: str, recipients: list[str]) -> EmailMultiAlternatives:
    """In a thread with whatever was said of the same incidents. The same message has the same
    Message-ID each time, so that a mailbox that gets it twice shows it once.
    """
    told = _told(message)
    mail = EmailMultiAlternatives(
        subject=subject(message),
        body=render_to_string("alerts/messages/mail.txt", told),
        to=recipients,
        headers=_headers(message, key),
    )
    mail.attach_alternative(render_to_string("alerts/messages/mail.html", told), "text/html")
    return mail


def subject(message: Message) -> str:
    """One line, whatever a rule is called."""
    return cut(f"[Sonde] {wording.title(message)}", MAX_SUBJECT)


def bars(series: Series) -> list[Bar]:
    points, bad = series.points[-MOST_BARS:], series.bad[-MOST_BARS:]
    most = max((point for point in points if point is not None), default=0)
    if most <= 0:
        return []
    return [
        Bar(round(max(point or 0, 0) / most * BAR_PIXELS), is_bad)
        for point, is_bad in zip(points, bad or (False,) * len(points), strict=True)
    ]


def _told(message: Message) -> dict[str, object]:
    shown = message.alerts[:MOST_ALERTS]
    return {
        "title": wording.title(message),
        "message": message,
        "language": message.language,
        "colour": OVER if message.is_over else COLOURS[Tier(message.tier)],
        "project": wording.one_line(message.project_name),
        "note": wording.bounded_lines(message.note, 2000),
        "sections": [_section(alert) for alert in shown],
        "more": wording.more(message, len(shown)),
        "links": wording.links(message),
        "course": wording.course(message.series),
        "series": message.series,
        "bars": bars(message.series),
        "reason": _("You get this because alerts of the project are sent to this address."),
    }


def _section(alert: Alert) -> Section:
    return Section(wording.facts(alert), wording.samples(alert), wording.deeds(alert))


def _headers(message: Message, key: str) -> dict[str, str]:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    threads = [f"<incident.{_name(one.incident_id)}@{host}>" for one in message.alerts]
    headers = {
        "Message-ID": f"<alert.{_name(key)}@{host}>",
        "X-Sonde-Key": _name(key),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if threads:
        headers["In-Reply-To"] = threads[0]
        headers["References"] = " ".join(threads[:MOST_REFERENCES])
    return headers


def _name(text: str) -> str:
    """An id of ours as it is; whatever could leave a header, as its digest."""
    is_plain = text.isascii() and text.replace("-", "").replace(".", "").isalnum()
    return text if is_plain and len(text) <= 130 else hashlib.sha256(text.encode()).hexdigest()
