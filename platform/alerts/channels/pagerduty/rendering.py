"""An alert as PagerDuty takes it (https://developer.pagerduty.com/docs/send-alert-event). Pure."""

from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from alerts.channels import wording
from alerts.channels.message import Message, cut

MAX_SUMMARY, MAX_FIELD, MAX_LINK_TEXT = 1024, 300, 100


def rendered(message: Message, routing_key: str) -> dict[str, Any]:
    """Of the first alert of the message, and only of it. The same fingerprint is the same incident
    there: triggered again it stays one, and it is resolved by what is over here.
    """
    alert = message.alerts[0]
    told = {"routing_key": routing_key, "dedup_key": alert.fingerprint}
    if message.is_over:
        return {**told, "event_action": "resolve"}
    payload = {
        "summary": cut(_summary(message), MAX_SUMMARY),
        "source": cut(wording.one_line(message.project_name), MAX_FIELD) or "Sonde",
        "severity": alert.tier,  # info, warning, critical: PagerDuty has the same words
        "timestamp": alert.began_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "component": cut(wording.one_line(message.rule_name), MAX_FIELD),
        "group": message.group_key,
        "class": message.news,
        "custom_details": _details(message),
    }
    links = [*wording.links(message), *wording.deeds(alert), *wording.samples(alert)]
    return {
        **told,
        "event_action": "trigger",
        "payload": payload,
        "client": "Sonde",
        "client_url": wording.web_address(alert.url or message.rule_url),
        "links": [{"href": url, "text": cut(words, MAX_LINK_TEXT)} for words, url in links],
    }


def _summary(message: Message) -> str:
    alert = message.alerts[0]
    segment, value = wording.segment(alert), wording.one_line(alert.value)
    told = [wording.title(message), segment and f"({segment})", value and f"· {value}"]
    return " ".join(part for part in told if part)


def _details(message: Message) -> dict[str, str]:
    alert = message.alerts[0]
    told = [
        *wording.facts(alert),
        (_("Note"), wording.bounded_lines(message.note, 1000)),
        (_("Course"), wording.course(message.series)),
    ]
    return {name: cut(value, 1000) for name, value in told if value}
