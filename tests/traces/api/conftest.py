"""A project with something in it, and one that has the same ids."""

import json
from types import SimpleNamespace

import pytest


@pytest.fixture
def ingest(client, auth):
    """Sends events with a key."""

    def send(key, *events: tuple[str, dict]) -> None:
        batch = [
            {"id": f"e{number}", "type": kind, "timestamp": "2026-11-20T07:00:00Z", "body": body}
            for number, (kind, body) in enumerate(events)
        ]
        answer = client.post(
            "/api/public/ingestion",
            json.dumps({"batch": batch}),
            content_type="application/json",
            headers=auth(key),
        )
        assert answer.json()["errors"] == [], answer.json()

    return send


@pytest.fixture
def get(client, api_key, auth):
    """GETs a path of the API: the status and the JSON."""

    def read(path: str, key=None, **query):
        answer = client.get(f"/api/public/{path}", query, headers=auth(key or api_key))
        return answer.status_code, answer.json()

    return read


@pytest.fixture
def listed(get):
    """GETs a list that must be there."""

    def read(path: str, **query) -> list[dict]:
        status, answer = get(path, **query)
        assert status == 200, answer
        return answer["data"]

    return read


@pytest.fixture
def other_key(organisation):
    """A key of another project of the same organisation."""
    from accounts.keys import create_key
    from accounts.models import Project

    project = Project.objects.create(organisation=organisation, name="Other")
    made = create_key(project)
    return SimpleNamespace(public_key=made.key.public_key, secret_key=made.secret_key)


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-20T06:{minute:02d}:{second:02d}.000Z"


FIRST_TRACE = (
    (
        "trace-create",
        {
            "id": "t1",
            "name": "first",
            "userId": "ann",
            "sessionId": "s1",
            "tags": ["a", "b"],
            "timestamp": at(10),
            "environment": "prod",
            "release": "r1",
            "version": "v1",
            "metadata": {"plan": "pro"},
            "input": {"q": 1},
            "output": "one",
            "public": True,
        },
    ),
    (
        "span-create",
        {
            "id": "o1",
            "traceId": "t1",
            "name": "root",
            "startTime": at(10),
            "endTime": at(10, 4),
            "environment": "prod",
            "metadata": {"long": "x" * 300, "n": 5},
        },
    ),
    (
        "generation-create",
        {
            "id": "o2",
            "traceId": "t1",
            "name": "answer",
            "parentObservationId": "o1",
            "startTime": at(10, 1),
            "endTime": at(10, 3),
            "completionStartTime": at(10, 2),
            "model": "gpt-4o",
            "usageDetails": {"input": 100, "output": 50},
            "costDetails": {"input": 0.25, "output": 0.5},
            "environment": "prod",
            "input": [{"role": "user", "content": "hi"}],
            "output": "hello",
            "level": "WARNING",
            "modelParameters": {"temperature": 0.5},
            "promptName": "greet",
            "promptVersion": 2,
        },
    ),
)
SECOND_TRACE = (
    (
        "trace-create",
        {
            "id": "t2",
            "name": "second",
            "userId": "bob",
            "sessionId": "s1",
            "tags": ["b"],
            "timestamp": at(20),
            "environment": "dev",
        },
    ),
    (
        "generation-create",
        {
            "id": "o3",
            "traceId": "t2",
            "name": "answer",
            "startTime": at(20),
            "endTime": at(20, 9),
            "model": "nobody-has-priced-this",
            "usageDetails": {"input": 3},
            "environment": "dev",
        },
    ),
)
THIRD_TRACE = (
    ("trace-create", {"id": "t3", "name": "third", "timestamp": at(30)}),
    ("event-create", {"id": "o4", "traceId": "t3", "name": "tick", "startTime": at(30)}),
)
SCORES = (
    ("score-create", {"id": "c1", "traceId": "t1", "name": "quality", "value": 0.9}),
    (
        "score-create",
        {
            "id": "c2",
            "traceId": "t1",
            "observationId": "o2",
            "name": "tone",
            "value": "kind",
            "environment": "prod",
        },
    ),
    ("score-create", {"id": "c3", "sessionId": "s1", "name": "ok", "value": True}),
)


@pytest.fixture
def conversation(ingest, api_key) -> None:
    """Two traces of one session and one of none, ten minutes apart."""
    ingest(api_key, *FIRST_TRACE, *SECOND_TRACE, *THIRD_TRACE, *SCORES)
