"""Langfuse's SDKs for Python run experiments, each in its own way, which the page shows alike."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.reading import Sonde
from tests.sdks.test_langfuse_reads import QUICK, VERSIONS


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_an_experiment_is_there_with_its_items_and_scores(
    major: int, run: Callable[..., dict], sonde: Sonde
) -> None:
    said = run(environments.python(f"langfuse-{VERSIONS[major]}"), "langfuse_experiments.py")
    assert said["major"] == major
    if major < 5:
        assert said["listed"] == said["items"] and len(said["items"]) == 3
    else:
        assert said["read"] == [said["id"], said["dataset"], 3, "by the SDK", {"k": "v"}]
        assert said["mean"] == [pytest.approx(2 / 3)]
        assert said["answers"] == [["Cusco", "Lima"], ["Paris", "Paris"], ["Seoul", "Seoul"]]
        assert said["scores"] == [0.0, 1.0, 1.0]
    own = f"/project/{sonde.stack.project_id}/experiments/results?baseline={said['id']}"
    page = sonde.browser.get(said.get("url") or own).text
    assert said["name"] in page and "Cusco" in page and "0.667" in page
