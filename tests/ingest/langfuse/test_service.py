"""What SDKs ask before they send."""

import pytest

from ingest import held

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_its_own_project_and_no_other(client, api_key, auth, project):
    answer = client.get("/api/public/projects", headers=auth(api_key))
    assert answer.status_code == 200
    assert answer.json() == {
        "data": [
            {
                "id": project.id,
                "name": "Support bot",
                "organization": {"id": project.organisation_id, "name": "Acme"},
                "metadata": {},
            }
        ]
    }


def test_a_key_for_prompts_alone_may_ask_whose_it_is(client, make_api_key, auth):
    key = make_api_key(scopes=["prompts"])
    assert client.get("/api/public/projects", headers=auth(key)).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Basic !!!", "Bearer nobody", "Basic Og=="])
def test_a_wrong_key_is_a_401(client, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.get("/api/public/projects", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "UnauthorizedError"


def test_a_public_key_alone_does_not_pass_for_a_valid_pair(client, api_key):
    headers = {"Authorization": f"Bearer {api_key.public_key}"}
    assert client.get("/api/public/projects", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["health", "ready", "health?failIfDatabaseUnavailable=true"])
def test_health_needs_no_key(client, path):
    answer = client.get(f"/api/public/{path}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "OK"
    assert answer.json()["version"]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_what_is_not_served_is_a_404_that_sdks_know(client, api_key, auth, method):
    answer = getattr(client, method)("/api/public/v2/no-such-thing/x", headers=auth(api_key))
    assert answer.status_code == 404
    assert answer.json()["error"] == "LangfuseNotFoundError"


def test_who_shows_no_key_does_not_learn_what_is_served(client):
    assert client.get("/api/public/v2/no-such-thing").status_code == 401


@pytest.fixture
def clickhouse_away(settings):
    """Nobody answers at its address."""
    from traces import clickhouse

    clickhouse.forget_clients()
    settings.CLICKHOUSE_URL = "http://127.0.0.1:9/test"
    yield
    clickhouse.forget_clients()


@pytest.mark.parametrize(
    "path", ["traces", "traces/t", "observations", "v2/observations", "sessions", "v3/scores"]
)
def test_a_read_while_the_store_is_away_is_a_503_to_be_tried_again(
    client, api_key, auth, clickhouse_away, path
):
    answer = client.get(f"/api/public/{path}", headers=auth(api_key))
    assert answer.status_code == 503
    assert answer.json()["error"] == "ServiceUnavailableError"
    assert 1 <= int(answer["Retry-After"]) <= 5


def test_an_update_whose_trace_cannot_be_looked_up_is_held(
    client, api_key, auth, circuit, clickhouse_away
):
    event = {"id": "e", "type": "span-update", "timestamp": "2026-11-20T07:00:00Z"}
    answer = client.post(
        "/api/public/ingestion",
        {"batch": [{**event, "body": {"id": "s1"}}]},
        content_type="application/json",
        headers=auth(api_key),
    )
    assert (answer.status_code, answer.json()["errors"]) == (207, [])
    assert held.waiting(api_key.row.project_id).adrift == 1
