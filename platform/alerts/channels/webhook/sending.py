from datetime import datetime

from django.utils import translation

from accounts.sealing import Unsealable
from alerts.channels.message import Message
from alerts.channels.models import Channel
from alerts.channels.posting import as_bytes, post
from alerts.channels.webhook.rendering import rendered
from alerts.channels.webhook.signing import secrets_of
from outbound.outcomes import Outcome, unreadable
from webhooks.signing import signed


def send(channel: Channel, message: Message, key: str, now: datetime) -> Outcome:
    """Signed over the very bytes that go out, at the moment at which they do."""
    try:
        secrets = secrets_of(channel, now)
    except Unsealable as error:
        return unreadable(error)
    with translation.override(message.language):
        body = as_bytes(rendered(message, channel.name, key))
    headers = signed(secrets, key, body.decode(), now)
    return post(channel.settings["url"], body, key, now, headers)
