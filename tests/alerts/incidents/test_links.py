"""Links of messages: acknowledge or silence one incident without a login."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from alerts.incidents import acting, links
from alerts.incidents.tiers import Step

pytestmark = pytest.mark.django_db


def path_of(address: str) -> str:
    assert address.startswith(settings.BASE_URL)
    return address.removeprefix(settings.BASE_URL)


def test_opening_a_link_changes_nothing_and_its_button_acknowledges(fires, client):
    incident = fires("secret-model")
    address = path_of(links.acknowledge_url(incident))
    for method in (client.get, client.head, client.get):
        page = method(address)
        assert page.status_code == 200
    incident.refresh_from_db()
    assert incident.acknowledged_at is None
    assert client.post(address).status_code == 200
    incident.refresh_from_db()
    assert incident.acknowledged_at and incident.acknowledged_by is None
    assert incident.events.get(kind="acknowledged").data == {"via": "link"}
    assert b"There is nothing to do here any more." in client.get(address).content


def test_a_link_tells_the_rule_and_the_state_and_nothing_else(fires, client, project, rule):
    address = path_of(links.acknowledge_url(fires("secret-model")))
    response = client.get(address)
    page = response.content.decode()
    assert rule.name in page and "Open" in page
    for secret in ("secret-model", project.name, project.id, project.organisation.name, "0.12"):
        assert secret not in page.replace(address, "")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_a_silence_by_link_is_of_this_alert_alone_and_made_once(fires, client, project, rule):
    address = path_of(links.silence_url(fires("a")))
    client.get(address)
    assert not project.silences.exists()
    assert b"Nobody is told of it until" in client.post(address, {"hours": "4"}).content
    client.post(address, {"hours": "24"})
    silence = project.silences.get()
    assert timedelta(hours=23) < silence.ends_at - silence.begins_at <= timedelta(hours=25)
    assert silence.holds({"rule": rule.pk, "model": "a"}, silence.begins_at)
    assert not silence.holds({"rule": rule.pk, "model": "b"}, silence.begins_at)
    assert silence.author is None


def test_a_link_does_the_one_deed_that_it_was_signed_for(fires, client, project):
    incident = fires("a")
    client.post(path_of(links.acknowledge_url(incident)), {"do": "silence", "hours": "4"})
    assert not project.silences.exists()


@pytest.mark.parametrize("wrong", ["x", "x.y.z", "a" * 3000, "eyJkbyI6ImNsb3NlIn0.x.y"])
def test_a_link_that_we_did_not_sign_is_not_found_and_asks_no_database(
    client, wrong, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert links.opened(wrong) is None
    for method in (client.get, client.post):
        assert method(reverse("alerts-link", args=[wrong])).status_code == 404


def test_a_link_that_was_changed_is_not_found(fires, client):
    address = path_of(links.acknowledge_url(fires("a")))
    assert client.post(f"{address}x").status_code == 404


def test_a_link_is_good_for_seven_days(fires, client, monkeypatch):
    import time

    incident = fires("a")
    address = path_of(links.acknowledge_url(incident))
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 7 * 86_400 - 60)
    assert client.get(address).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 7 * 86_400 + 60)
    assert client.post(address).status_code == 404


def test_an_incident_that_is_over_or_gone_has_nothing_to_do(fires, client):
    incident = fires("a")
    acknowledge, silence = (
        path_of(one) for one in (links.acknowledge_url(incident), links.silence_url(incident))
    )
    fires("a", second=120, step=Step.RESOLVED)
    for address in (acknowledge, silence):
        assert b"There is nothing to do here any more." in client.post(address).content
    incident.delete()
    assert client.get(acknowledge).status_code == 404


def test_too_many_silences_are_said_to_be_so(fires, client, monkeypatch):
    monkeypatch.setattr(acting, "MOST_SILENCES", 0)
    page = client.post(path_of(links.silence_url(fires("a")))).content
    assert b"There are too many silences" in page


def test_who_comes_too_often_is_slowed_down(fires, client, monkeypatch):
    from alerts.incidents import views_link

    monkeypatch.setattr(views_link, "MOST_OF_AN_ADDRESS", 1)
    address = path_of(links.acknowledge_url(fires("a")))
    elsewhere = f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"
    answers = [client.post(address, REMOTE_ADDR=elsewhere).status_code for _ in range(3)]
    assert answers == [200, 429, 429]


def test_a_page_of_an_incident_is_linked_from_outside(fires, project):
    incident = fires("a")
    assert links.page_url(incident) == (
        f"{settings.BASE_URL}/projects/{project.id}/alerts/incidents/{incident.pk}"
    )
