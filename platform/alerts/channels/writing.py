"""Putting a message on its way to a channel. In the transaction of whoever has something to say:
neither is there without the other, and what is written twice goes once.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction

from alerts.channels import tasks
from alerts.channels.kinds import KINDS
from alerts.channels.message import Message, News, as_json
from alerts.channels.models import Channel, Delivery


def write(channel: Channel, message: Message) -> list[Delivery]:
    """On its way after the commit; without a broker, when one is there again. Empty where the kind
    of the channel has nothing to say of it.
    """
    Delivery.objects.bulk_create(
        (
            Delivery(
                channel=channel,
                key=message.key,
                part=part,
                line=part or message.group_key,
                news=message.news,
                tier=message.tier,
                content=as_json(said),
                is_test=message.is_test,
            )
            for part, said in _parts(channel, message)
        ),
        ignore_conflicts=True,
    )
    made = list(Delivery.objects.filter(channel=channel, key=message.key).order_by("pk"))
    transaction.on_commit(lambda: tasks.hand_over([delivery.pk for delivery in made]))
    return made


def _parts(channel: Channel, message: Message) -> Iterator[tuple[str, Message]]:
    """Whom one calls alert by alert, one does not call for what is over already, nor to sum up."""
    if not KINDS[channel.kind].is_told_singly:
        yield "", message
    elif message.news not in (News.CAME_AND_WENT, News.DIGEST):
        for alert in message.alerts:
            yield alert.fingerprint, replace(message, alerts=(alert,), more=0, tier=alert.tier)
