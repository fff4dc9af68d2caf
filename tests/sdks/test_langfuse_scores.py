"""Langfuse's SDKs for Python make score configurations here, score by them and read the scores."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.test_langfuse_reads import QUICK, VERSIONS


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_an_application_scores_by_configurations_from_here(
    major: int, run: Callable[..., dict]
) -> None:
    said = run(environments.python(f"langfuse-{VERSIONS[major]}"), "langfuse_scores.py")
    assert said["major"] == major
    assert said["same"] and said["listed"]
    assert (said["range"], said["paged"]) == ([1, 5], [1, 100])
    assert said["categories"] == [["kind", 1], ["rude", 0.5]]
    assert said["of_boolean"] == ["True", "False"]
    assert said["stars"] == ["NUMERIC", 4]
    assert said["right"] == ["BOOLEAN", True if major == 5 else "True"]
    assert said["tone"] == ["CATEGORICAL", "rude"]
    assert (said["too-many"], said["awful"]) == (None, None)
    if major >= 3:
        assert said["archived"] and said["renamed"]
