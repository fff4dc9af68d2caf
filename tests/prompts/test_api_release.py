"""Over both APIs: a label with a gate moves when the gate lets it, and one that is split serves its
versions by whom they are for.
"""

import re

import pytest

from prompts.gates.models import Gate
from prompts.labels import number_of
from prompts.splits import running
from tests.prompts.conftest import API


@pytest.fixture
def gated(project, make):
    """production at “Hi {{name}}”, a gate that keeps the variables, and version 2 without them."""
    prompt = make("greet", "Hi {{name}}", labels=["production"]).prompt
    make("greet", "Hi there")
    Gate.objects.create(project=project, label="production", checks={"keep_variables": "all"})
    return prompt


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", f"{API}/greet/versions/2", {"newLabels": ["a", "production"]}),
        ("post", API, {"name": "greet", "prompt": "Ho", "labels": ["a", "production"]}),
        ("put", "/api/v1/prompts/greet/labels/production", {"version": 2}),
        (
            "post",
            "/api/v1/prompts",
            {"name": "greet", "prompt": "Ho", "labels": ["a", "production"]},
        ),
    ],
)
def test_a_closed_gate_is_a_conflict_that_says_what_failed(gated, ask, method, path, body):
    answer = ask(method, path, body)
    assert answer.status_code == 409
    assert "name" in str(answer.json())
    assert number_of(gated, "production") == 1
    assert number_of(gated, "a") is None
    assert gated.versions.count() == 2


def test_an_override_with_a_reason_is_for_keys_of_admins_and_stays_in_the_history(
    gated, ask, make_api_key
):
    path, body = "/api/v1/prompts/greet/labels/production", {"version": 2, "override": "On fire"}
    assert ask("put", path, body).status_code == 409
    admin = make_api_key(scopes=("prompts", "admin"))
    assert ask("put", path, body, admin).status_code == 200
    [move, _] = ask("get", "/api/v1/prompts/greet/history").json()["data"]
    assert (move["after"], move["override"]) == (2, "On fire")


@pytest.mark.parametrize(
    "query",
    ["?userId={}", "?sessionId={}", "?label=production~{}", "?label=production&userId={}"],
)
def test_a_split_serves_each_unit_its_own_version_and_tells_which(make, by, ask, query):
    prompt = make("greet", "one", labels=["production"]).prompt
    make("greet", "two")
    running.start(prompt, "production", {1: 50, 2: 50}, by)
    served = {}
    for number in range(20):
        answers = [ask("get", f"{API}/greet{query.format(f'user-{number}')}") for _ in range(2)]
        assert answers[0].content == answers[1].content
        version = answers[0].json()["version"]
        told = re.fullmatch(
            r"label=production; version=(\d); share=50", answers[0]["X-Sonde-Split"]
        )
        assert int(told[1]) == version
        served[number] = version
    assert set(served.values()) == {1, 2}
    assert "X-Sonde-Split" not in ask("get", f"{API}/greet?version=1")
