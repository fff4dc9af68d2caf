"""Secrets that must be read again: sealed under SONDE_ENCRYPTION_KEYS before they are stored.

A sealed text opens only for what it was sealed for: moved to another row, it is refused. The first
key seals, all keys open, so a key is changed by putting the new one first and sealing anew.
"""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES, NONCE_BYTES = 32, 12


class Unsealable(Exception):
    """No key is configured, or none of them opens this. The message says which, and what to do."""


def seal(text: str, purpose: str) -> str:
    """`purpose` names what the secret is of, such as “llm.connection:ID:key”."""
    mark, key = _keys()[0]
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{mark}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, purpose: str) -> str:
    mark, _, body = sealed.partition(".")
    for known, key in _keys():
        if known == mark:
            try:
                raw = base64.urlsafe_b64decode(body)
                opened = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
            except (InvalidTag, ValueError) as error:
                raise Unsealable("A stored secret was changed. Enter it again.") from error
            return opened.decode()
    raise Unsealable(
        "A stored secret was encrypted with a key that SONDE_ENCRYPTION_KEYS no longer names. "
        "Add that key again, or enter the secret anew."
    )


def is_current(sealed: str) -> bool:
    """Whether it was sealed with the first key."""
    return sealed.partition(".")[0] == _keys()[0][0]


def _keys() -> list[tuple[str, bytes]]:
    """Each with the mark that tells which sealed a text; it tells nothing of the key."""
    if not settings.ENCRYPTION_KEYS:
        raise Unsealable(
            "SONDE_ENCRYPTION_KEYS is not set: there is nothing to encrypt secrets with."
        )
    return [(hashlib.sha256(b"mark" + key).hexdigest()[:8], key) for key in _decoded()]


def _decoded() -> list[bytes]:
    keys = []
    for number, text in enumerate(settings.ENCRYPTION_KEYS, 1):
        plain = text.replace("+", "-").replace("/", "_").rstrip("=")
        try:
            key = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise Unsealable(f"Key {number} of SONDE_ENCRYPTION_KEYS is not 32 bytes in base64.")
        keys.append(key)
    return keys
