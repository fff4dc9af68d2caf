"""A delivery as its receiver gets it, for people to read. Without any secret."""

import json
from typing import Any

from django.utils import translation

from alerts.channels.email import rendering as email
from alerts.channels.models import ChannelKind, Delivery
from alerts.channels.pagerduty import rendering as pagerduty
from alerts.channels.slack import rendering as slack
from alerts.channels.teams import rendering as teams
from alerts.channels.webhook import rendering as webhook

HIDDEN = "…"


def as_sent(delivery: Delivery) -> str:
    """JSON, or the text of an e-mail under its subject."""
    message = delivery.message
    with translation.override(message.language):
        if delivery.channel.kind == ChannelKind.EMAIL:
            mail = email.rendered(message, delivery.dedup_key, [])
            return f"{mail.subject}\n\n{mail.body}"
        return json.dumps(_body(delivery), ensure_ascii=False, indent=2)


def _body(delivery: Delivery) -> dict[str, Any]:
    message, channel = delivery.message, delivery.channel
    match channel.kind:
        case ChannelKind.SLACK:
            return slack.rendered(message)
        case ChannelKind.TEAMS:
            return teams.rendered(message)
        case ChannelKind.PAGERDUTY:
            return pagerduty.rendered(message, HIDDEN)
    return webhook.rendered(message, channel.name, delivery.dedup_key)
