"""/api/v1/webhooks: made and ended by programs that may change the project's settings."""

import json

import pytest

from tests.webhooks.conftest import verified
from webhooks import delivering, events
from webhooks.models import Delivery, Endpoint
from webhooks.names import Event

pytestmark = pytest.mark.usefixtures("db")
PATH = "/api/v1/webhooks"


@pytest.fixture
def ask(client, auth, make_api_key):
    """`ask("post", PATH, {…})`: the answer to a key with the scope `admin`."""
    key = make_api_key(scopes=("admin",))

    def asked(method, path=PATH, body=None, key=key):
        sent = {} if body is None else {"data": json.dumps(body)}
        return getattr(client, method)(
            path, content_type="application/json", headers=auth(key), **sent
        )

    return asked


def test_a_webhook_is_made_told_and_deleted(ask, receiver, project):
    there = receiver(200)
    made = ask("post", body={"url": there.url, "note": "deploys", "events": ["prompt.deleted"]})
    assert made.status_code == 201
    told = made.json()
    assert told["secret"].startswith("whsec_") and told["events"] == ["prompt.deleted"]
    events.announce(project, str(Event.PROMPT_DELETED), {})
    delivering.attempt(Delivery.objects.get().pk)
    assert verified(told["secret"], there.asked[0])["type"] == "prompt.deleted"
    (listed,) = ask("get").json()["data"]
    assert "secret" not in listed and listed["id"] == told["id"]
    assert ask("get", f"{PATH}/{told['id']}").json()["note"] == "deploys"
    assert ask("delete", f"{PATH}/{told['id']}").status_code == 204
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://8.8.8.8/", "events": ["nothing"]}, "events"),
        ({"url": "https://8.8.8.8/", "colour": "red"}, "colour"),
        ({"url": "https://8.8.8.8/", "note": "x" * 201}, "note"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(ask, body, field):
    refused = ask("post", body=body)
    assert refused.status_code == 400
    assert field in [one["parameter"].partition(".")[0] for one in refused.json()["errors"]]
    assert not Endpoint.objects.exists()


def test_a_webhook_of_another_project_is_not_there(ask, organisation, make_endpoint):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    theirs = make_endpoint("https://8.8.8.8/", project=other)
    assert ask("get").json()["data"] == []
    for method in ("get", "delete"):
        assert ask(method, f"{PATH}/{theirs.pk}").status_code == 404
    assert Endpoint.objects.count() == 1


def test_a_key_that_may_not_change_settings_is_refused(ask, api_key):
    for method in ("get", "post"):
        assert ask(method, key=api_key).status_code == 403


def test_without_encryption_keys_nothing_is_made(ask, settings):
    settings.ENCRYPTION_KEYS = []
    refused = ask("post", body={"url": "https://8.8.8.8/"})
    assert refused.status_code == 503 and "SONDE_ENCRYPTION_KEYS" in refused.json()["detail"]
    assert not Endpoint.objects.exists()
