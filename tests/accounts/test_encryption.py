"""Secrets at rest."""

import base64
import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.encryption import Undecipherable, decrypt, encrypt, encrypted_anew


def key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def test_what_was_encrypted_comes_back_and_shows_nothing_meanwhile(settings):
    settings.ENCRYPTION_KEYS = [key()]
    kept = encrypt("sk-비밀")
    assert "비밀" not in kept and "sk-" not in kept
    assert decrypt(kept) == "sk-비밀"
    assert encrypt("sk-비밀") != kept


def test_a_new_key_in_front_leaves_the_old_secrets_readable(settings):
    old, new = key(), key()
    settings.ENCRYPTION_KEYS = [old]
    kept = encrypt("secret")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(kept) == "secret"
    renewed = encrypted_anew(kept)
    settings.ENCRYPTION_KEYS = [new]
    assert decrypt(renewed) == "secret"
    with pytest.raises(Undecipherable):
        decrypt(kept)


@pytest.mark.parametrize("keys", [[], ["short"], ["x" * 44]])
def test_without_a_proper_key_nothing_is_kept(settings, keys):
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt("secret")
