"""Keys are made and revoked on a page; the secret is shown once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.keys import hint_of
from accounts.models import ApiKey


@pytest.fixture
def keys(client, project, owner):
    client.force_login(owner)
    return reverse("key-list", args=[project.id])


def test_a_new_key_shows_its_secret_once(client, keys, project):
    response = client.post(keys, {"note": "worker", "scopes": ["ingest"], "expires": "30"})
    new = response.context["new"]
    assert new.secret_key in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert new.key.scopes == ["ingest"]
    assert timedelta(days=29) < new.key.expires_at - timezone.now() <= timedelta(days=30)
    page = client.get(keys).content.decode()
    assert new.secret_key not in page
    assert new.key.public_key in page


def test_what_a_key_may_do_has_the_same_words_in_the_form_and_in_the_list(client, keys):
    new = client.post(keys, {"scopes": ["ingest", "read"], "expires": ""}).context["new"]
    html = client.get(keys).content.decode()
    listed = html.partition(new.key.public_key)[2].partition("</tr>")[0]
    for words in ("Send traces and scores", "Read traces and scores"):
        assert html.count(words) == 2 and words in listed
    assert "ingest" not in listed


def test_a_key_without_an_end_never_expires(client, keys):
    response = client.post(keys, {"scopes": ["read"], "expires": ""})
    assert response.context["new"].key.expires_at is None


@pytest.mark.parametrize(
    "form",
    [
        {"scopes": [], "expires": ""},
        {"scopes": ["everything"], "expires": ""},
        {"scopes": ["read"], "expires": "36500"},
        {"scopes": ["read"], "expires": "", "note": "x" * 101},
    ],
)
def test_a_form_that_is_wrong_makes_no_key(client, keys, project, form):
    response = client.post(keys, form)
    assert response.status_code == 200
    assert not project.api_keys.exists()
    assert 'class="errors"' in response.content.decode()


def test_revoking_asks_first_and_is_for_good(client, keys, project, api_key):
    page = reverse("key-revoke", args=[project.id, api_key.row.pk])
    assert api_key.public_key in client.get(page).content.decode()
    assert ApiKey.objects.get(pk=api_key.row.pk).revoked_at is None
    client.post(page)
    first = ApiKey.objects.get(pk=api_key.row.pk).revoked_at
    assert first is not None
    client.post(page)
    assert ApiKey.objects.get(pk=api_key.row.pk).revoked_at == first


def test_ended_keys_are_listed_apart(client, keys, api_key, make_api_key):
    expired = make_api_key(expires_at=timezone.now() - timedelta(days=1))
    context = client.get(keys).context
    assert [key.pk for key in context["live"]] == [api_key.row.pk]
    assert [key.pk for key in context["ended"]] == [expired.row.pk]


def test_a_page_without_a_working_key_says_so(client, keys):
    assert "nothing can send traces" in client.get(keys).content.decode()


@pytest.mark.parametrize(
    ("secret", "hint"),
    [
        ("sk-sonde-abcdefghijklmnop1234", "sk-sonde…1234"),
        ("sk-lf-12345678-1234-1234-1234-123456789abc", "sk-lf…9abc"),
        ("0123456789abcdefghijABCD", "…ABCD"),
        ("short-secret", "…"),
    ],
)
def test_a_hint_tells_keys_apart_and_gives_little_away(secret, hint):
    assert hint_of(secret) == hint
