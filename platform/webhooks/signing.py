"""Secrets of endpoints, and signatures as standardwebhooks.com writes them."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from accounts.sealing import seal, unseal
from webhooks.models import Endpoint, Message

PREFIX = "whsec_"
BOTH_FOR = timedelta(hours=24)  # after a new secret was made


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def give_secret(endpoint: Endpoint) -> str:
    """A first secret, on an endpoint that is not saved yet. It is returned here and shown once."""
    made = new_secret()
    endpoint.secret = seal(made, endpoint.purpose_of("secret"))
    return made


def rotate_secret(endpoint: Endpoint, now: datetime) -> str:
    """A new secret. For a day both sign, so that receivers change over without a gap."""
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + BOTH_FOR
    made = give_secret(endpoint)
    endpoint.save(update_fields=("secret", "old_secret", "old_secret_until"))
    return made


def headers(endpoint: Endpoint, message: Message, now: datetime) -> dict[str, str]:
    """Raises accounts.sealing.Unsealable where the secret cannot be read."""
    signatures = signed(_secrets(endpoint, now), message.pk, message.body, now)
    return {"content-type": "application/json", **signatures}


def signed(keys: Iterable[str], message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The headers by which a receiver knows who sent this, when, and whether it came before."""
    signatures = [Webhook(key).sign(message_id, now, body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    sealed = [(endpoint.secret, "secret")]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now:
        sealed.append((endpoint.old_secret, "old_secret"))
    return [unseal(text, endpoint.purpose_of(name)) for text, name in sealed]
