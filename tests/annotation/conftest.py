"""Queues, items in them, and score configurations to annotate by."""

import json

import pytest
from django.urls import reverse

from tests.conftest import join, person
from tests.traces.conftest import now, score, span  # noqa: F401

API = "/api/public/annotation-queues"


@pytest.fixture
def config(project):
    """`config("helpful", "BOOLEAN")`: a score configuration."""
    from evals.scores import configs

    def made(name="helpful", data_type="BOOLEAN", **fields):
        return configs.create(project, configs.Wish(name=name, data_type=data_type, **fields))

    return made


@pytest.fixture
def queue(project):
    """`queue("Review", per_item=2)`: made as the page makes it."""
    from evals.annotation import queues

    def made(name="Review", **fields):
        return queues.create(project, queues.Wish(name=name, **fields))

    return made


@pytest.fixture
def put_in():
    """`put_in(queue, "t1", "t2")`: the items of these traces."""
    from evals.annotation import items

    def added(to, *trace_ids, **how):
        return items.add(to, [items.of_trace(one) for one in trace_ids], items.How(**how))

    return added


@pytest.fixture
def ask(client, api_key, auth):
    """`ask("get", "/…", {…})`: the answer of the API of queues to a key."""

    def asked(method: str, path: str = "", body=None, key=None):
        headers = auth(key or api_key)
        if method == "get":
            return client.get(f"{API}{path}", body or {}, headers=headers)
        sent = {"content_type": "application/json", "headers": headers}
        return getattr(client, method)(f"{API}{path}", json.dumps(body or {}), **sent)

    return asked


@pytest.fixture
def look_at(client, project):
    """`look_at("queue-list")`: the page's text."""

    def page(url_name, *args, expects=200, **query):
        response = client.get(reverse(url_name, args=[project.id, *args]), query)
        assert response.status_code == expects, response.content.decode()[-2000:]
        return response.content.decode()

    return page


@pytest.fixture
def submit(client, project):
    def send(url_name, *args, data=None, **options):
        return client.post(reverse(url_name, args=[project.id, *args]), data or {}, **options)

    return send


@pytest.fixture
def scored(project):
    """`scored("t1")`: the scores of a trace by name, as they are stored."""
    from traces.queries.scores import whole_scores

    def found(trace_id: str) -> dict[str, dict]:
        return {one["name"]: one for one in whole_scores(project.id, trace_id)}

    return found


@pytest.fixture
def said():
    from evals.annotation.annotating import Said

    return Said


@pytest.fixture
def complete():
    from evals.annotation.annotating import complete

    return complete


@pytest.fixture
def other(organisation):
    return join(person("Noa"), organisation, "MEMBER")
