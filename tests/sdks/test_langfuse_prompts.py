"""Langfuse's SDKs for Python make, fetch, compile, relabel and delete prompts here."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.test_langfuse_reads import QUICK, VERSIONS


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_an_application_runs_on_prompts_from_here(major: int, run: Callable[..., dict]) -> None:
    said = run(environments.python(f"langfuse-{VERSIONS[major]}"), "langfuse_prompts.py")
    assert said["major"] == major
    assert said["made"] == [True, 1, ["latest", "production"], "First"]
    config = {"model": "gpt-4o", "temperature": 0.5}
    assert said["first"] == [1, ["a", "b"], config, ["name", "place"]]
    assert said["compiled"] == "Hi {{place}} {0} %s, welcome to Jeju."
    assert said["by_label"] == [2, 2]
    assert said["by_version"] == ["Hi {{name}}, welcome to {{ place }}.", "Hello {{name}}"]
    assert said["relabelled"] == [2, ["eu", "latest", "production", "staging"]]
    assert said["now_in_production"] == 2
    between = [] if major == 2 else [["assistant", "Yes?"]]
    assert said["talk"] == [["system", "You are Ann."], *between, ["user", "Why?"]]
    assert said["composed"] == "Be kind. Hi"
    assert said["missing"]
    assert said["fallback"] == [True, "Hi Ann"]
    assert said["cached"] == ["Be kind.", "Be brief."]
    labels = ["eu", "latest", "production", "staging"]
    assert said["listed"] == [[1, 2], labels, ["a", "b"], {}]
    assert (said["total"], said["by_tag"]) == (1, True)
    if major >= 4:
        assert said["raw"] and said["deleted"]
        assert (said["type"], said["left"]) == ("text", [1])


@pytest.mark.sdks
@pytest.mark.parametrize("client", ["langfuse-js-3.39.2", "langfuse-js-5.11.1"])
def test_an_application_in_javascript_does_too(client: str, run: Callable[..., dict]) -> None:
    said = run(environments.node(client), "langfuse_js_prompts.mjs")
    assert said == {
        "first": [1, "Hi {{name}}", ["a"], {"temperature": 0.5}],
        "compiled": "Hi {{x}}",
        "byLabel": 2,
        "byVersion": "Hello {{name}}",
        "nowInProduction": 2,
        "talk": [["system", "You are Ann."], ["user", "Yes?"]],
        "missing": True,
    }
