"""The pages of webhooks: who may see them, what they do, and that a secret is shown once."""

import html
import re

import pytest
from django.urls import reverse

from tests.webhooks.conftest import verified
from webhooks import delivering, events
from webhooks.models import Attempt, Delivery, Endpoint

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def page(client, admin, project):
    """`page("webhook", endpoint)`: what an admin sees there."""
    client.force_login(admin)

    def get(name, *args, query="", **headers) -> str:
        where = reverse(name, args=[project.id, *(getattr(one, "pk", one) for one in args)])
        response = client.get(where + query, headers=headers)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


@pytest.fixture
def post(client, admin, project):
    client.force_login(admin)

    def send(name, *args, **fields):
        where = reverse(name, args=[project.id, *(getattr(one, "pk", one) for one in args)])
        return client.post(where, fields)

    return send


def secret_in(text: str) -> str:
    found = re.search(r"whsec_[\w+/=]+", html.unescape(text))
    return found[0] if found else ""


def test_an_admin_makes_a_webhook_and_sees_its_secret_once(page, post, receiver, admin):
    server = receiver(200)
    answer = post("webhook-list", url=f"{server.url}/hook", note="배포", events=["prompt.deleted"])
    secret = secret_in(answer.content.decode())
    assert secret and answer["Cache-Control"].startswith("max-age=0")
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.note, endpoint.events, endpoint.created_by) == (
        f"{server.url}/hook", "배포", ["prompt.deleted"], admin,
    )  # fmt: skip
    for text in (page("webhook-list"), page("webhook", endpoint)):
        assert endpoint.url in text and "whsec_" not in text and endpoint.secret not in text
    post("webhook-test", endpoint)
    [delivery] = Delivery.objects.all()
    delivering.attempt(delivery.pk)
    assert verified(secret, server.asked[0])["type"] == "test"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:5432/", "has not opened"),
        ("https://169.254.169.254/latest/meta-data/", "has not opened"),
        ("https://user:pw@example.com/", "user name"),
        ("file:///etc/passwd", "begin with https://"),
        ("https://example.com/" + "x" * 2000, "2000"),
    ],
)
def test_an_address_that_must_not_be_asked_is_refused_at_the_field(page, post, url, why):
    answer = post("webhook-list", url=url)
    assert why in html.unescape(answer.content.decode())
    assert not Endpoint.objects.exists()


def test_an_event_that_there_is_not_is_refused(page, post, receiver):
    post("webhook-list", url=receiver(200).url, events=["prompt.exploded"])
    assert not Endpoint.objects.exists()


def test_a_project_has_twenty_webhooks_at_most(post, receiver, make_endpoint):
    url = receiver(200).url
    for _ in range(20):
        make_endpoint(url)
    assert "at most 20" in post("webhook-list", url=url).content.decode()
    assert Endpoint.objects.count() == 20


def test_changing_a_webhook_keeps_its_secret_and_wipes_why_it_was_stopped(
    page, post, receiver, make_endpoint
):
    endpoint = make_endpoint(receiver(200).url, is_active=False, disabled="failing", failures=9)
    assert "It failed for three days." in page("webhook", endpoint)
    assert "Send a test" not in page("webhook", endpoint)
    before = endpoint.secret
    answer = post("webhook", endpoint, url=endpoint.url, note="new", is_active="on")
    assert answer.status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.note, endpoint.is_active, endpoint.disabled, endpoint.failures) == (
        "new", True, "", 0,
    )  # fmt: skip
    assert endpoint.secret == before and endpoint.events == []


def test_a_change_that_is_refused_changes_nothing(page, post, receiver, make_endpoint):
    endpoint = make_endpoint(receiver(200).url)
    answer = post("webhook", endpoint, url="http://10.0.0.1/", note="new", is_active="on")
    text = html.unescape(answer.content.decode())
    assert "has not opened" in text and f">{endpoint.url}</h2>" in text
    endpoint.refresh_from_db()
    assert endpoint.note == ""


def test_the_log_shows_what_came_of_it_and_nothing_in_it_is_alive(
    page, project, receiver, make_endpoint, client
):
    bad = "<script>alert(1)</script>\0" + "x" * 2000
    server = receiver(lambda asked: asked.answer(500, bad.encode()))
    endpoint = make_endpoint(server.url)
    events.announce(project, "prompt.deleted", {"prompt": {"name": "<img src=x>"}})
    text = page("webhook", endpoint, query="?part=log", **{"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in text and "On its way" in text and "<html" not in text
    delivering.attempt(Delivery.objects.get().pk)
    Delivery.objects.update(next_at="2100-01-01T00:00:00Z")
    raw = client.get(reverse("webhook", args=[project.id, endpoint.pk])).content.decode()
    assert "<script>alert" not in raw and "<img src=x" not in raw
    text = html.unescape(raw)
    assert "<script>alert(1)</script>" in text and "x" * 501 not in text
    assert "500" in text and "1 attempt" in text and "Again at 2100-01-01 00:00 UTC" in text
    assert "hx-trigger" not in text.split('id="deliveries"')[1].split(">")[0]


def test_a_delivery_is_sent_again_on_request(page, post, project, receiver, make_endpoint):
    server = receiver(410, 200)
    endpoint = make_endpoint(server.url)
    events.announce(project, "prompt.deleted", {})
    delivery = Delivery.objects.get()
    delivering.attempt(delivery.pk)
    assert post("webhook-redeliver", endpoint, delivery).status_code == 302
    assert delivering.due() == []  # it said that it is gone
    Endpoint.objects.update(is_active=True)
    post("webhook-redeliver", endpoint, delivery)
    assert delivering.due() == [delivery.pk]
    delivering.attempt(delivery.pk)
    assert "Delivered" in page("webhook", endpoint)


def test_a_new_secret_is_shown_once(page, post, receiver, make_endpoint):
    endpoint = make_endpoint(receiver(200).url)
    assert "Make a new secret?" in page("webhook-rotate", endpoint)
    new = secret_in(post("webhook-rotate", endpoint).content.decode())
    assert new and new != endpoint.plain_secret
    assert "whsec_" not in page("webhook-rotate", endpoint)
    assert "signs too until" in page("webhook", endpoint)


def test_deleting_a_webhook_takes_its_log_with_it(page, post, project, receiver, make_endpoint):
    endpoint = make_endpoint(receiver(200).url)
    events.announce(project, "prompt.deleted", {})
    delivering.attempt(Delivery.objects.get().pk)
    assert "Delete this webhook?" in page("webhook-delete", endpoint)
    assert post("webhook-delete", endpoint).status_code == 302
    assert not Endpoint.objects.exists() and not Delivery.objects.exists()
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "member", "stranger"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_admins_find_webhooks(client, project, make_endpoint, request, who, method):
    endpoint = make_endpoint("https://hooks.example/")
    events.announce(project, "prompt.deleted", {})
    delivery = Delivery.objects.get()
    client.force_login(request.getfixturevalue(who))
    for name, args in (
        ("webhook-list", []), ("webhook", [endpoint.pk]), ("webhook-test", [endpoint.pk]),
        ("webhook-rotate", [endpoint.pk]), ("webhook-delete", [endpoint.pk]),
        ("webhook-redeliver", [endpoint.pk, delivery.pk]),
    ):  # fmt: skip
        answer = getattr(client, method)(reverse(name, args=[project.id, *args]))
        assert answer.status_code in (404, 405), name
    assert (
        "webhooks"
        not in client.get(reverse("project-settings", args=[project.id])).content.decode()
    )
    assert Endpoint.objects.filter(pk=endpoint.pk, old_secret="").exists()


def test_the_webhooks_of_another_project_are_not_found(
    client, admin, project, organisation, make_endpoint
):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    endpoint = make_endpoint("https://hooks.example/", project=other)
    events.announce(other, "prompt.deleted", {})
    delivery = Delivery.objects.get()
    mine = make_endpoint("https://mine.example/")
    client.force_login(admin)
    assert client.get(reverse("webhook", args=[project.id, endpoint.pk])).status_code == 404
    for one in (endpoint.pk, mine.pk):
        again = reverse("webhook-redeliver", args=[project.id, one, delivery.pk])
        assert client.post(again).status_code == 404


def test_without_encryption_keys_nothing_is_made_and_the_page_says_why(
    post, make_endpoint, settings
):
    endpoint = make_endpoint("https://8.8.8.8/hook")
    settings.ENCRYPTION_KEYS = []
    refused = post("webhook-list", url="https://8.8.8.8/other", note="")
    assert "SONDE_ENCRYPTION_KEYS" in refused.content.decode()
    rotated = post("webhook-rotate", endpoint)
    assert "SONDE_ENCRYPTION_KEYS" in rotated.content.decode()
    assert list(Endpoint.objects.values_list("secret", flat=True)) == [endpoint.secret]
