"""Prompts made by the front door, and both APIs asked with a key."""

import json
from types import SimpleNamespace

import pytest

from tests.prompts.called import calls  # noqa: F401

API = "/api/public/v2/prompts"


@pytest.fixture
def by():
    """Whoever changes something in a test that is not about who does."""
    from prompts.changes import By
    from prompts.models import Way

    return By(Way.API, public_key="pk-test")


@pytest.fixture
def make(project, by):
    """`make("greet", "Hi {{name}}", labels=["production"])`: a new version, as it is stored."""
    from prompts.versions import Draft, create

    def made(name="greet", body="Hi {{name}}", **options):
        kind = "text" if isinstance(body, str) else "chat"
        given = options.pop("by", by)
        return create(project, Draft(name=name, type=kind, body=body, **options), given)

    return made


@pytest.fixture
def ask(client, api_key, auth):
    """`ask("get", "/api/…", {…})`: the answer to a key that may use prompts."""

    def asked(method: str, path: str, body=None, key=None, **headers):
        sent = {**auth(key or api_key), **headers}
        if method == "get":
            return client.get(path, body or {}, headers=sent)
        data = body if isinstance(body, bytes) else json.dumps(body)
        return getattr(client, method)(path, data, content_type="application/json", headers=sent)

    return asked


@pytest.fixture
def get(ask):
    """GETs a prompt from Langfuse's API: the status and the JSON."""

    def got(name: str, key=None, **query):
        answer = ask("get", f"{API}/{name}", query, key)
        return answer.status_code, answer.json()

    return got


@pytest.fixture
def post(ask):
    """POSTs a prompt to Langfuse's API, with changes: the status and the JSON."""

    def posted(key=None, **changes):
        body = {"name": "greet", "prompt": "Hi {{name}}", **changes}
        answer = ask("post", API, body, key)
        return answer.status_code, answer.json()

    return posted


@pytest.fixture
def other_key(organisation):
    """A key of another project of the same organisation."""
    from accounts.keys import create_key
    from accounts.models import Project

    made = create_key(Project.objects.create(organisation=organisation, name="Other"))
    return SimpleNamespace(public_key=made.key.public_key, secret_key=made.secret_key)
