"""Datasets and their items, and the API asked with a key."""

import json

import pytest

from tests.exports.conftest import changed, export_folder  # noqa: F401
from tests.traces.conftest import listed, look, now, span  # noqa: F401


@pytest.fixture
def by(owner):
    from evals.datasets.items import By

    return By(user=owner)


@pytest.fixture
def make_dataset(project, by):
    """`make_dataset("qa", input_schema={…})`."""
    from evals.datasets import keeping

    def made(name="qa", **fields):
        return keeping.create(fields.pop("project", project), name, fields, by)

    return made


@pytest.fixture
def dataset(make_dataset):
    return make_dataset()


@pytest.fixture
def put(dataset, by):
    """`put("a", input=1)`: the item as it then is, or why not."""
    from evals.datasets import items

    def stored(item_id="", of=dataset, **fields):
        return items.add(of, [items.NewItem(id=item_id, **fields)], by)[0]

    return stored


@pytest.fixture
def inputs():
    """The inputs of a dataset's items, now or at a moment, the newest item first."""
    from evals.datasets import items

    def found(dataset, moment=None) -> list:
        return [one.input for one in items.items_at(dataset, moment)]

    return found


@pytest.fixture
def ask(client, api_key, auth):
    """`ask("get", "/api/…", {…})`: the status and the JSON that a key gets."""

    def asked(method: str, path: str, body=None, key=None):
        headers = auth(key or api_key)
        if method == "get":
            answer = client.get(path, body or {}, headers=headers)
        else:
            data = body if isinstance(body, bytes) else json.dumps(body)
            send = getattr(client, method)
            answer = send(path, data, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.getvalue())

    return asked


@pytest.fixture
def other_project(organisation):
    from accounts.models import Project

    return Project.objects.create(organisation=organisation, name="Another")


@pytest.fixture
def other_key(other_project):
    from tests.conftest import key_pair

    return key_pair(other_project)
