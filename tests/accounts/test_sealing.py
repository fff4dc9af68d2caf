"""Secrets that are read again: sealed, bound to their row, and sealed anew when keys change."""

import base64
import secrets

import pytest
from django.core.management import CommandError, call_command

from accounts.sealing import Unsealable, is_current, seal, unseal


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def test_what_is_sealed_opens_again_and_shows_nothing(settings):
    sealed = seal("sk-비밀", "row:1:key")
    assert unseal(sealed, "row:1:key") == "sk-비밀"
    assert "sk-" not in sealed and sealed != seal("sk-비밀", "row:1:key")


def test_it_opens_for_nothing_else(settings):
    sealed = seal("sk-1", "row:1:key")
    with pytest.raises(Unsealable, match="changed"):
        unseal(sealed, "row:2:key")
    mark, _, body = sealed.partition(".")
    for broken in (f"{mark}.{body[:-4]}AAAA", f"{mark}.", f"{mark}.%%%", f"{mark}.{body[:20]}"):
        with pytest.raises(Unsealable):
            unseal(broken, "row:1:key")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(settings):
    old, new = new_key(), new_key()
    settings.ENCRYPTION_KEYS = [old]
    sealed = seal("sk-1", "x")
    settings.ENCRYPTION_KEYS = [new, old]
    assert unseal(sealed, "x") == "sk-1"
    assert not is_current(sealed) and is_current(seal("sk-1", "x"))
    settings.ENCRYPTION_KEYS = [new]
    with pytest.raises(Unsealable, match="no longer names"):
        unseal(sealed, "x")


def test_both_alphabets_of_base64_are_keys_and_nothing_shorter_is(settings):
    raw = b"\xfb\xff" * 16
    settings.ENCRYPTION_KEYS = [base64.b64encode(raw).decode()]
    sealed = seal("a", "x")
    settings.ENCRYPTION_KEYS = [base64.urlsafe_b64encode(raw).decode().rstrip("=")]
    assert unseal(sealed, "x") == "a"
    for wrong in ([], ["abc"], [base64.b64encode(b"x" * 31).decode()], ["!" * 44]):
        settings.ENCRYPTION_KEYS = wrong
        with pytest.raises(Unsealable, match="SONDE_ENCRYPTION_KEYS"):
            seal("a", "x")


def test_reseal_makes_older_keys_superfluous(settings, project):
    from llm.access import opened
    from llm.connections import Wish, save
    from llm.models import LlmConnection

    old, new = new_key(), new_key()
    settings.ENCRYPTION_KEYS = [old]
    wish = Wish(name="A", protocol="openai", key="sk-1", headers={"X-A": "1"})
    connection = save(LlmConnection(project=project), wish)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal")
    settings.ENCRYPTION_KEYS = [new]
    connection.refresh_from_db()
    access = opened(connection)
    assert (access.key, access.headers) == ("sk-1", {"X-A": "1"})


def test_reseal_says_what_it_cannot_read_and_fails(settings, project, capsys):
    from llm.connections import Wish, save
    from llm.models import LlmConnection

    settings.ENCRYPTION_KEYS = [new_key()]
    wish = Wish(name="A", protocol="openai", key="sk-1")
    connection = save(LlmConnection(project=project), wish)
    settings.ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(CommandError, match="1 secrets could not be read"):
        call_command("reseal")
    assert connection.pk in capsys.readouterr().err
