"""/api/public/llm-connections as Langfuse's clients use it."""

import json

import pytest

from llm.access import opened
from llm.models import LlmConnection
from tests.llm.connected import KEY

pytestmark = pytest.mark.django_db
PATH = "/api/public/llm-connections"
GOOD = {"provider": "main", "adapter": "openai", "secretKey": KEY}


@pytest.fixture
def ask(client, auth, make_api_key):
    headers = auth(make_api_key(scopes=("admin",)))

    def asked(method, path=PATH, body=None):
        data = None if body is None else json.dumps(body)
        return client.generic(
            method, path, data or "", content_type="application/json", headers=headers
        )

    return asked


def test_a_connection_is_made_replaced_listed_and_deleted(ask, project):
    wished = {
        **GOOD,
        "customModels": ["gpt-4o-mini"],
        "extraHeaders": {"X-Team": "hidden-value"},
        "withDefaultModels": False,
        "config": {"region": "x"},
    }
    made = ask("PUT", body=wished)
    assert made.status_code == 201
    told = made.json()
    assert set(told) == {
        "id", "provider", "adapter", "displaySecretKey", "baseURL", "customModels",
        "withDefaultModels", "extraHeaderKeys", "config", "createdAt", "updatedAt",
    }  # fmt: skip
    assert (told["displaySecretKey"], told["baseURL"]) == ("...WXYZ", None)
    assert (told["customModels"], told["extraHeaderKeys"]) == (["gpt-4o-mini"], ["X-Team"])
    assert (told["withDefaultModels"], told["config"]) == (False, {"region": "x"})
    typed = {"parameters": {"temperature": 0}, "api_version": "2025-01-01"}  # on the page
    LlmConnection.objects.filter(project=project).update(**typed)
    again = ask("PUT", body={**GOOD, "secretKey": "sk-new"})
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["extraHeaderKeys"]) == (told["id"], [])
    one = LlmConnection.objects.get(project=project)
    assert (opened(one).key, opened(one).headers, one.public_key[:3]) == ("sk-new", {}, "pk-")
    assert (one.parameters, one.api_version) == ({"temperature": 0}, "2025-01-01")
    listed = ask("GET").json()
    assert listed["data"] == [again.json()]
    assert listed["meta"] == {"page": 1, "limit": 50, "totalItems": 1, "totalPages": 1}
    for answer in (made, again, ask("GET")):
        assert KEY not in answer.content.decode() and "hidden" not in answer.content.decode()
    assert "message" in ask("DELETE", f"{PATH}/{told['id']}").json()
    assert ask("DELETE", f"{PATH}/{told['id']}").status_code == 404
    assert ask("GET").json()["data"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": None}, {"provider": ""}, {"adapter": "telepathy"}, {"adapter": None},
        {"secretKey": None}, {"secretKey": ""}, {"secretKey": 7}, {"secretKey": "ü"},
        {"baseURL": 7}, {"baseURL": "http://127.0.0.1/v1"}, {"baseURL": "https://10.0.0.1/v1"},
        {"customModels": "gpt"}, {"customModels": [7]}, {"withDefaultModels": "yes"},
        {"extraHeaders": ["X"]}, {"extraHeaders": {"X": 1}}, {"extraHeaders": {"Host": "x"}},
        {"config": []}, {"adapter": "azure"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_400_and_nothing_is_kept(ask, project, wrong):
    answer = ask("PUT", body={**GOOD, **wrong})
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"][0]["message"]
    assert not LlmConnection.objects.filter(project=project).exists()


def test_adapters_that_sonde_lacks_are_told_the_way_around(ask):
    answer = ask("PUT", body={**GOOD, "adapter": "bedrock"})
    assert answer.status_code == 400 and "LiteLLM" in answer.json()["error"][0]["message"]


def test_other_scopes_may_not_even_look(client, auth, make_api_key):
    headers = auth(make_api_key(scopes=("ingest", "read", "prompts")))
    assert client.get(PATH, headers=headers).status_code == 403
    assert client.put(PATH, headers=headers).status_code == 403


def test_a_key_deletes_only_in_its_own_project(ask, organisation, make_connection):
    from accounts.models import Project

    one = make_connection()
    other = Project.objects.create(organisation=organisation, name="Other")
    LlmConnection.objects.filter(pk=one.pk).update(project=other)
    assert ask("DELETE", f"{PATH}/{one.pk}").status_code == 404
    assert ask("GET").json()["data"] == []
    assert LlmConnection.objects.filter(pk=one.pk).exists()


def test_without_encryption_keys_it_says_so(ask, settings):
    settings.ENCRYPTION_KEYS = []
    answer = ask("PUT", body=GOOD)
    assert answer.status_code == 503 and "SONDE_ENCRYPTION_KEYS" in answer.json()["message"]
