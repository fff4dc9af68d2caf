"""What SDKs ask before they send."""

import pytest

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
