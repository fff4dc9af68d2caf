"""A message that says that it is a test, brought like any other, once and at once."""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import new_id
from alerts.channels.message import Alert, Message, News, Series
from alerts.channels.models import Channel, Delivery
from alerts.channels.tiers import Tier
from alerts.channels.writing import write


def send_test(channel: Channel, language: str = "") -> Delivery:
    """Its delivery, which is not tried a second time. In the language of whoever asks, if none is
    given.
    """
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(quiet_until=None)
        [delivery] = write(channel, a_test(channel, language or translation.get_language() or "en"))
    return delivery


def a_test(channel: Channel, language: str) -> Message:
    now, key = timezone.now(), new_id()
    with translation.override(language):
        example = Alert(
            incident_id=key,
            fingerprint=key,
            labels={"model": "example"},
            tier=str(Tier.WARNING),
            value="12 %",
            limit="5 %",
            window=_("5 minutes"),
            began_at=now,
        )
        return Message(
            key=key,
            project_id=channel.project_id,
            project_name=channel.project.name,
            news=str(News.FIRING),
            tier=str(Tier.WARNING),
            rule_id=key,
            rule_name=_("Test of the channel “%(name)s”") % {"name": channel.name},
            group_key=key,
            at=now,
            note=_("Nothing is wrong: somebody tests whether messages arrive here."),
            alerts=(example,),
            series=Series(points=(2, 3, 4, 9, 12), bad=(False,) * 3 + (True,) * 2, unit="%"),
            language=language,
            is_test=True,
        )
