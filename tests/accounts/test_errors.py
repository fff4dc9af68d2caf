"""Pages that failed: in the person's language and theme, with no database, and nothing of the fault
in them.
"""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.views import home, profile


@pytest.fixture
def browser():
    """A client to whom the server answers as it would in production, instead of raising."""
    return Client(raise_request_exception=False)


def test_an_unknown_address_is_a_page_that_leads_on(client, db):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("secret host"), 503), (RuntimeError("secret"), 500)]
)
def test_a_failed_page_speaks_the_persons_language_and_tells_no_secret(
    browser, monkeypatch, owner, error, status
):
    def fail(request):
        raise error

    browser.force_login(owner)
    monkeypatch.setattr(home, "last_project", fail)
    browser.cookies["sonde_theme"] = "dark"
    response = browser.get("/", headers={"Accept-Language": "ko"})
    page = response.content.decode()
    assert response.status_code == status
    assert "secret" not in page
    assert 'lang="ko"' in page and 'data-theme="dark"' in page
    assert ("Retry-After" in response) == (status == 503)


def test_a_page_without_postgres_is_a_503_that_reads_no_session(browser, monkeypatch, owner):
    browser.force_login(owner)

    def fail(self):
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    assert browser.get(reverse("profile")).status_code == 503


def test_a_form_without_a_token_says_what_to_do(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post(reverse("profile"), {"name": "x"})
    assert response.status_code == 403
    assert "reload" in response.content.decode()
    assert profile.ProfileForm(instance=owner)["name"].value() == owner.name


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(client, db):
    response = client.get(reverse("login"))
    policy = response["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
