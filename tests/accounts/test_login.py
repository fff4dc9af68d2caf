"""Logging in is slow to guess at, tells nobody who has an account, and always ends in the same
place.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.urls import reverse
from django.utils import timezone

from accounts.login_limit import (
    MOST_PER_ACCOUNT,
    MOST_PER_ADDRESS,
    MOST_PER_PRIVATE_ADDRESS,
    WINDOW,
    client_address,
    note_failure,
)
from accounts.models import LoginFailure, User

PASSWORD = "correct horse"


@pytest.fixture
def user(db):
    return User.objects.create_user("kim@example.org", PASSWORD, name="Kim")


def log_in(client, email="kim@example.org", password=PASSWORD, **extra):
    return client.post(reverse("login"), {"username": email, "password": password}, **extra)


def test_a_person_logs_in_whatever_the_case_of_the_address(client, user):
    assert log_in(client, email=" Kim@Example.ORG ")["Location"] == reverse("home")
    assert get_user(client) == user


def test_the_session_changes_at_login(client, user):
    client.get(reverse("login"))
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sonde"] = before
    log_in(client)
    assert client.session.session_key != before


def test_after_a_wrong_password_it_is_the_password_that_is_typed_again(client, user):
    fields = r'<input[^>]*name="(\w+)"[^>]* autofocus'
    assert re.findall(fields, client.get(reverse("login")).content.decode()) == ["username"]
    page = log_in(client, password="wrong")
    assert re.findall(fields, page.content.decode()) == ["password"]


def test_every_failure_reads_the_same(client, user):
    User.objects.create_user("gone@example.org", PASSWORD, is_active=False)
    pages = [
        log_in(client, email=email, password=password)
        for email, password in [
            ("kim@example.org", "wrong"),
            ("nobody@example.org", "wrong"),
            ("gone@example.org", PASSWORD),
        ]
    ]
    said = {str(page.context["form"].non_field_errors()) for page in pages}
    assert len(said) == 1
    assert {page.status_code for page in pages} == {200}


@pytest.mark.parametrize("email", ["kim@example.org", "nobody@example.org"])
def test_too_many_failures_pause_this_address_and_account(client, user, email):
    for _ in range(MOST_PER_ACCOUNT):
        assert log_in(client, email=email, password="wrong").status_code == 200
    assert log_in(client, email=email).status_code == 429
    assert not get_user(client).is_authenticated


def test_the_pause_is_for_one_address_only(client, user):
    for _ in range(MOST_PER_ACCOUNT):
        log_in(client, password="wrong", REMOTE_ADDR="203.0.113.5")
    assert log_in(client, REMOTE_ADDR="203.0.113.5").status_code == 429
    assert log_in(client, REMOTE_ADDR="203.0.113.6").status_code == 302


def test_one_address_cannot_try_account_after_account(client, user):
    public = {"REMOTE_ADDR": "93.184.215.14"}
    for number in range(MOST_PER_ADDRESS):
        log_in(client, email=f"user{number}@example.org", password="wrong", **public)
    assert log_in(client, **public).status_code == 429


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7", "172.18.0.2", ""])
def test_a_stranger_behind_a_proxy_of_ours_locks_only_one_account(client, user, address):
    for number in range(MOST_PER_ADDRESS + MOST_PER_ACCOUNT):
        note_failure(address, f"user{number}@example.org", timezone.now())
    assert log_in(client, REMOTE_ADDR=address).status_code == 302
    for _ in range(MOST_PER_ACCOUNT):
        note_failure(address, "kim@example.org", timezone.now())
    client.logout()
    assert log_in(client, REMOTE_ADDR=address).status_code == 429


def test_an_address_of_ours_has_its_limit_too(client, user):
    log_in(client, password="wrong")
    LoginFailure.objects.update(count=MOST_PER_PRIVATE_ADDRESS)
    assert log_in(client, email="other@example.org").status_code == 429


def test_the_pause_ends(client, user):
    for _ in range(MOST_PER_ACCOUNT):
        log_in(client, password="wrong")
    LoginFailure.objects.update(since=timezone.now() - WINDOW - timedelta(seconds=1))
    assert log_in(client).status_code == 302


def test_a_login_that_succeeds_forgets_the_failures_before_it(client, user):
    for _ in range(MOST_PER_ACCOUNT - 1):
        log_in(client, password="wrong")
    assert log_in(client).status_code == 302
    client.logout()
    for _ in range(MOST_PER_ACCOUNT - 1):
        assert log_in(client, password="wrong").status_code == 200


def test_no_address_is_kept_with_the_failures(client, user):
    log_in(client, password="wrong", REMOTE_ADDR="203.0.113.5")
    stored = str(list(LoginFailure.objects.values()))
    assert "203.0.113.5" not in stored and "kim@" not in stored


@pytest.mark.parametrize(
    ("trusted", "forwarded", "found"),
    [
        (False, "198.51.100.1", "127.0.0.1"),
        (True, "198.51.100.1", "198.51.100.1"),
        (True, "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        (True, "", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(
    rf, settings, trusted, forwarded, found
):
    settings.TRUST_PROXY = trusted
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == found


def test_login_leads_back_to_the_page_that_asked_and_never_elsewhere(client, user):
    inside = client.post(
        f"{reverse('login')}?next=/profile", {"username": user.email, "password": PASSWORD}
    )
    assert inside["Location"] == "/profile"
    client.logout()
    outside = client.post(
        f"{reverse('login')}?next=https://evil.example/",
        {"username": user.email, "password": PASSWORD},
    )
    assert outside["Location"] == reverse("home")


def test_logging_out_needs_a_post(client, user):
    client.force_login(user)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert not get_user(client).is_authenticated


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(client, user):
    from django.test import Client

    other = Client()
    other.force_login(user)
    client.force_login(user)
    new = "a new and longer phrase"
    response = client.post(
        reverse("password-change"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert response["Location"] == reverse("profile")
    assert get_user(client).is_authenticated
    assert not get_user(other).is_authenticated


def test_the_admin_has_no_login_of_its_own(client, user):
    user.is_staff = True
    user.save()
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('login')}?next=/admin/"
    assert response.templates[0].name == "registration/login.html"
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").status_code == 302


def test_who_is_no_member_of_staff_finds_no_admin(client, user):
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 404
