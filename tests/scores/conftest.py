"""Score configurations as people and programs make them, and the API asked with a key."""

import json

import pytest

from tests.traces.conftest import now, score, span, trace_page, unmerged  # noqa: F401

CONFIGS = "/api/public/score-configs"


@pytest.fixture
def config(project):
    """`config("helpful", "NUMERIC", max_value=5)`: made by the door that pages and API use."""
    from evals.scores import configs

    def made(name="helpful", data_type="NUMERIC", **wish):
        return configs.create(project, configs.Wish(name, data_type, **wish))

    return made


@pytest.fixture
def ask(client, api_key, auth):
    """`ask("get", "/api/…", {…})`: the status and the JSON that a key gets."""

    def asked(method: str, path: str, body=None, key=None, **headers):
        sent = headers or auth(key or api_key)
        if method == "get":
            answer = client.get(path, body or {}, headers=sent)
        else:
            call = getattr(client, method)
            answer = call(path, json.dumps(body), content_type="application/json", headers=sent)
        return answer.status_code, answer.json()

    return asked


@pytest.fixture
def stored_scores(project):
    """What is stored of this project, the oldest first, as whoever reads scores gets it."""
    from traces.queries.langfuse.scores import ScoreQuery, scores_after

    def found(**which) -> list[dict]:
        return scores_after(project.id, ScoreQuery(**which), limit=1_000, after=None)[::-1]

    return found
