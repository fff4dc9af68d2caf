from datetime import datetime

from django.utils import translation

from accounts.sealing import Unsealable
from alerts.channels.message import Message
from alerts.channels.models import Channel
from alerts.channels.pagerduty.rendering import rendered
from alerts.channels.posting import as_bytes, post
from outbound.outcomes import Outcome, unreadable

ADDRESSES = {  # by the region of the account
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}


def send(channel: Channel, message: Message, key: str, now: datetime) -> Outcome:
    try:
        routing_key = channel.plain_secret()
    except Unsealable as error:
        return unreadable(error)
    with translation.override(message.language):
        body = as_bytes(rendered(message, routing_key))
    return post(ADDRESSES[channel.settings.get("region", "us")], body, key, now)
