"""Secrets of webhook channels. Signatures are those of Sonde's other webhooks."""

from datetime import datetime

from accounts.sealing import unseal
from alerts.channels.models import Channel
from webhooks.signing import BOTH_FOR, new_secret

SECRETS = ("secret", "old_secret", "old_secret_until")


def rotate(channel: Channel, now: datetime) -> str:
    """A new secret, which nobody is shown again. For a day both sign, so that receivers change over
    without a gap. Raises accounts.sealing.Unsealable.
    """
    made = new_secret()
    channel.old_secret, channel.old_secret_until = channel.secret, now + BOTH_FOR
    channel.give_secret(made)
    channel.save(update_fields=SECRETS)
    return made


def secrets_of(channel: Channel, now: datetime) -> list[str]:
    """Raises accounts.sealing.Unsealable."""
    secrets = [channel.plain_secret()]
    if channel.old_secret and channel.old_secret_until and channel.old_secret_until > now:
        secrets.append(unseal(channel.old_secret, channel.purpose_of("old_secret")))
    return secrets
