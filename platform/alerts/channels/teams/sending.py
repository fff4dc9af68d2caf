from datetime import datetime

from django.utils import translation

from accounts.sealing import Unsealable
from alerts.channels.message import Message
from alerts.channels.models import Channel
from alerts.channels.posting import as_bytes, post
from alerts.channels.teams.rendering import rendered
from outbound.outcomes import Outcome, unreadable


def send(channel: Channel, message: Message, key: str, now: datetime) -> Outcome:
    try:
        address = channel.plain_secret()
    except Unsealable as error:
        return unreadable(error)
    with translation.override(message.language):
        body = as_bytes(rendered(message))
    return post(address, body, key, now)
