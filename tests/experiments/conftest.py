"""A dataset, and experiments on it, as SDKs record them."""

import json

import pytest

from tests.datasets.conftest import ask  # noqa: F401
from tests.judges.test_worker import worker  # noqa: F401
from tests.llm.connected import make_connection, on_loopback, provider  # noqa: F401
from tests.prompts.conftest import by, make  # noqa: F401
from tests.traces.conftest import now, score, span, unmerged  # noqa: F401


@pytest.fixture
def dataset(project):
    """`capitals`, of five items: i0 to i4."""
    from evals.datasets.items import By, NewItem, add
    from evals.datasets.models import Dataset

    made = Dataset.objects.create(project=project, name="geo/capitals")
    cities = ["Seoul", "Paris", "Lima", "Oslo", "Rome"]
    wanted = [
        NewItem(id=f"i{n}", input={"country": f"c{n}"}, expected_output=city)
        for n, city in enumerate(cities)
    ]
    outcomes = add(made, wanted, By())
    assert all(hasattr(one, "item_id") for one in outcomes), outcomes
    return made


@pytest.fixture
def call(client, api_key, auth):
    """`call("post", "dataset-run-items", {…})`: the status and the JSON."""

    def called(method: str, path: str, body=None, key=None):
        sent = auth(key or api_key)
        if method == "get":
            answer = client.get(f"/api/public/{path}", body or {}, headers=sent)
        else:
            answer = getattr(client, method)(
                f"/api/public/{path}",
                json.dumps(body),
                content_type="application/json",
                headers=sent,
            )
        return answer.status_code, answer.json()

    return called


@pytest.fixture
def told(project, span):  # noqa: F811
    """`told("run-a", dataset, "i0", "t0", output="Seoul")`: an item's run as SDK 5 tells it, an
    outer span and in it the root observation `<trace>-root`.
    """
    from evals.experiments.names import run_id

    def stored(name, dataset, item_id, trace_id, *, at=0, took=1, run=None, **fields):
        experiment = {
            "name": name,
            "item.id": item_id,
            "item.root_observation_id": f"{trace_id}-root",
            **({"dataset.id": dataset.pk} if dataset else {}),
            **fields.pop("said", {}),
        }
        known = run or run_id(project.id, dataset.pk, name)
        shared = {"experiment_id": known, "experiment": experiment}
        span(trace_id, f"{trace_id}-outer", at=at, took=took + 2, is_root=True, **shared)
        fields = {"input": "q", "output": "a", **fields}
        span(trace_id, f"{trace_id}-root", at=at, took=took, **shared, **fields)
        return known

    return stored


@pytest.fixture
def unpaced():
    """`unpaced(connection)`: the same, which may be called as often as one likes."""
    from evals.judges.models import Pace

    def made(connection):
        Pace.objects.create(connection=connection, per_minute=1_000_000)
        return connection

    return made
