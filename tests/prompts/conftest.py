"""Prompts made by the front door, and both APIs asked with a key."""

import json
from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.llm.connected import make_connection, on_loopback, provider  # noqa: F401
from tests.prompts.called import calls  # noqa: F401
from tests.prompts.played import column, play  # noqa: F401
from tests.traces.conftest import now, span  # noqa: F401

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


@pytest.fixture
def written(project, owner):
    """`written("support/answer", [{…}], labels=["production"])`: a version, made on a page."""
    from prompts.changes import By
    from prompts.models import Way
    from prompts.versions import Draft, create

    def made(name="support/answer", body="Say {{word}}.", **fields):
        kind = "text" if isinstance(body, str) else "chat"
        return create(project, Draft(name, kind, body, **fields), By(Way.PAGE, user=owner))

    return made


@pytest.fixture
def gate(project):
    """`gate({"max_tokens": 10})`: on `production`, for every prompt."""
    from prompts.gates.models import Gate

    def made(checks, label="production", prompt=None):
        return Gate.objects.create(project=project, prompt=prompt, label=label, checks=checks)

    return made


@pytest.fixture
def look_at(client, project):
    """`look_at("prompt-list", q="a")`: the page's text."""

    def page(url_name, /, *args, status=200, **query):
        response = client.get(reverse(url_name, args=[project.id, *args]), query)
        assert response.status_code == status, response.content.decode()[-2000:]
        return response.content.decode()

    return page


@pytest.fixture
def submit(client, project):
    """`submit("prompt-delete", {"name": "a"})`: the answer to a page's form."""

    def send(url_name, data, query=""):
        return client.post(reverse(url_name, args=[project.id]) + query, data)

    return send
