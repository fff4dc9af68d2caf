"""Another project's key: nothing that it names exists, whatever the path and the method."""

import base64
import hashlib
import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.usefixtures("conversation")
METHODS = ("get", "post", "put", "patch", "delete")
PATHS = {  # by path: an id of somebody else's, and the methods that are served
    "public/traces/{trace}": {"get", "delete"},
    "public/observations/{observation}": {"get"},
    "public/sessions/{session}": {"get"},
    "public/scores/{score}": {"get", "delete"},
    "public/v2/scores/{score}": {"get"},
    "public/comments/{comment}": {"get"},
    "public/models/{model}": {"get", "put", "delete"},
    "public/media/{media}": {"get", "patch"},
    "v1/traces/{trace}": {"get"},
}
LISTS = (
    "public/traces", "public/observations", "public/v2/observations", "public/sessions",
    "public/scores", "public/v2/scores", "public/v3/scores", "public/comments",
    "public/metrics/daily", "v1/traces", "v1/observations", "v1/sessions", "v1/users", "v1/scores",
)  # fmt: skip
MODEL = {"modelName": "acme", "matchPattern": "^acme$", "unit": "TOKENS", "inputPrice": 0.1}
FILE = b"a file"
DIGEST = hashlib.sha256(FILE).digest()


@pytest.fixture
def all_scopes(make_api_key):
    return make_api_key(scopes=("ingest", "read", "prompts", "admin"))


@pytest.fixture
def call(client, auth):
    def send(method: str, path: str, key, body: object = None):
        more = {} if method == "get" else {"content_type": "application/json"}
        data = () if method == "get" else (json.dumps(body if body is not None else MODEL),)
        return getattr(client, method)(f"/api/{path}", *data, headers=auth(key), **more)

    return send


@pytest.fixture
def theirs(call, all_scopes, project, client, settings, tmp_path):
    """The ids of what a project holds, of every kind."""
    settings.MEDIA_ROOT = tmp_path
    comment = {"projectId": project.id, "objectType": "TRACE", "objectId": "t1", "content": "hi"}
    announced = {
        "traceId": "t1",
        "contentType": "text/plain",
        "contentLength": len(FILE),
        "sha256Hash": base64.b64encode(DIGEST).decode(),
        "field": "input",
    }
    media = call("post", "public/media", all_scopes, announced).json()
    client.put(urlsplit(media["uploadUrl"]).path, FILE, content_type="text/plain")
    return {
        "trace": "t1",
        "observation": "o1",
        "session": "s1",
        "score": "c1",
        "comment": call("post", "public/comments", all_scopes, comment).json()["id"],
        "model": call("post", "public/models", all_scopes, MODEL).json()["id"],
        "media": media["mediaId"],
    }


@pytest.fixture
def strangers_key(organisation):
    from accounts.keys import create_key
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    made = create_key(other, scopes=("ingest", "read", "prompts", "admin"))
    return SimpleNamespace(public_key=made.key.public_key, secret_key=made.secret_key)


def test_what_is_another_projects_is_a_404_by_every_method(call, theirs, strangers_key, all_scopes):
    for path, served in PATHS.items():
        told = path.format(**theirs)
        for method in METHODS:
            answer = call(method, told, strangers_key)
            expected = 404 if method in served else 405
            assert answer.status_code == expected, (method, path, answer.content)
            assert answer.json().get("message") or answer.json()["detail"]
    for path in PATHS:  # and all of it is still there
        assert call("get", path.format(**theirs), all_scopes).status_code == 200, path


def test_deleting_many_of_another_project_deletes_none(call, theirs, strangers_key, all_scopes):
    answer = call("delete", "public/traces", strangers_key, {"traceIds": ["t1", "t2"]})
    assert answer.status_code == 404
    assert len(call("get", "public/traces", all_scopes).json()["data"]) == 3


def test_lists_hold_nothing_of_another_project(call, theirs, strangers_key):
    for path in LISTS:
        answer = call("get", path, strangers_key)
        assert (answer.status_code, answer.json()["data"]) == (200, []), path
    own = call("get", "public/models?limit=100", strangers_key).json()["data"]
    assert all(one["isLangfuseManaged"] for one in own)


def test_a_method_that_is_not_served_is_told_with_a_message(call, theirs, all_scopes):
    for path, served in {**{path: {"get"} for path in LISTS}, **PATHS}.items():
        if "patch" in served:
            continue
        answer = call("patch", path.format(**theirs), all_scopes)
        assert answer.status_code == 405, path
        assert "PATCH" in (answer.json().get("message") or answer.json().get("detail"))
        assert "GET" in answer["Allow"]


@pytest.mark.parametrize("path", [*LISTS, *PATHS, "public/models"])
def test_without_a_key_or_its_scope_nothing_is_told(client, make_api_key, auth, path):
    path = f"/api/{path}"
    assert client.get(path).status_code == 401
    wrong = {"Authorization": "Basic " + base64.b64encode(b"pk:sk").decode()}
    assert client.get(path, headers=wrong).status_code == 401
    assert client.get(path, headers=auth(make_api_key(scopes=("ingest",)))).status_code == 403


@pytest.mark.parametrize("accept", ["text/html", "application/problem+json", "no type at all"])
def test_json_is_answered_whatever_is_accepted(client, api_key, auth, accept):
    for path, status in (("public/traces", 200), ("v1/traces", 200), ("v1/traces/x", 404)):
        answer = client.get(f"/api/{path}", headers={**auth(api_key), "Accept": accept})
        assert (answer.status_code, bool(answer.json())) == (status, True)
