"""Language and theme are cookies that the server reads, so a page never flashes."""

import pytest
from django.urls import reverse

from accounts.models import User


def set_to(client, **fields):
    return client.post(reverse("preferences"), {"next": reverse("login"), **fields})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_in_the_page_that_the_server_sends(client, db, theme):
    assert set_to(client, theme=theme)["Location"] == reverse("login")
    assert f'data-theme="{theme}"' in client.get(reverse("login")).content.decode()


def test_the_systems_theme_is_the_first_and_can_be_had_back(client, db):
    assert "data-theme" not in client.get(reverse("login")).content.decode()
    set_to(client, theme="dark")
    set_to(client, theme="system")
    assert "data-theme" not in client.get(reverse("login")).content.decode()


def test_a_cookie_with_another_theme_is_not_believed(client, db):
    client.cookies["sonde_theme"] = '"><script>'
    assert "data-theme" not in client.get(reverse("login")).content.decode()


def test_the_browsers_language_counts_until_one_is_chosen(client, db):
    korean = {"Accept-Language": "ko-KR,ko;q=0.9"}
    assert 'lang="ko"' in client.get(reverse("login"), headers=korean).content.decode()
    set_to(client, language="en")
    assert 'lang="en"' in client.get(reverse("login"), headers=korean).content.decode()


def test_a_language_chosen_once_comes_back_on_another_device(client, owner):
    client.force_login(owner)
    set_to(client, language="ko")
    client.logout()
    client.cookies.clear()
    response = client.post(reverse("login"), {"username": owner.email, "password": "correct horse"})
    assert response.cookies["django_language"].value == "ko"


def test_a_language_that_sonde_has_not_is_ignored(client, owner):
    client.force_login(owner)
    set_to(client, language="tlh")
    assert User.objects.get(pk=owner.pk).language == ""


def test_the_way_back_stays_on_this_site(client, db):
    response = client.post(
        reverse("preferences"), {"next": "https://evil.example/", "theme": "dark"}
    )
    assert response["Location"] == reverse("home")


def test_the_profile_keeps_name_and_language(client, owner):
    client.force_login(owner)
    client.post(reverse("profile"), {"name": "올가", "language": "ko"})
    owner.refresh_from_db()
    assert (owner.name, owner.language) == ("올가", "ko")
    assert 'lang="ko"' in client.get(reverse("profile")).content.decode()
