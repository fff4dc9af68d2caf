"""What is kept encrypted: secrets that Sonde itself must use, as webhooks' and LLM providers' keys.

`SONDE_ENCRYPTION_KEYS` names the keys: the first encrypts, all decrypt. To change keys, put a new
one first, and take the old one away when everything was encrypted anew.
"""

import functools

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Undecipherable(ValueError):
    """None of the keys opens it: the one that encrypted it is gone."""


def encrypt(text: str) -> str:
    """Different each time, also for the same text."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises Undecipherable."""
    try:
        return _keys(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable(
            "The secret cannot be read: SONDE_ENCRYPTION_KEYS lacks the key it was encrypted with."
        ) from error


def encrypted_anew(token: str) -> str:
    """The same text under the first key. Raises Undecipherable."""
    return encrypt(decrypt(token))


@functools.cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("SONDE_ENCRYPTION_KEYS is not set, and a secret is to be kept.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "SONDE_ENCRYPTION_KEYS must be keys of 32 bytes, written in base64."
        ) from error
