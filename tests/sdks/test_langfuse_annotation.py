"""Langfuse's SDKs for Python fill annotation queues here, and work on them."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.reading import Sonde
from tests.sdks.test_langfuse_reads import QUICK, VERSIONS


@pytest.fixture(scope="module")
def user_id(sonde: Sonde) -> str:
    """Of the only person there is."""
    page = sonde.browser.get(f"{sonde.browser.project}/annotation/new")
    return str(next(page.all("input", name="members")).attributes["value"])


@pytest.fixture(scope="module")
def queue(sonde: Sonde) -> str:
    body = {"name": "for SDK 2", "scoreConfigIds": []}
    return str(sonde.api.post("/api/public/annotation-queues", json=body).json()["id"])


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_an_sdk_fills_a_queue_works_on_it_and_empties_it(
    major: int, run: Callable[..., dict], user_id: str, queue: str
) -> None:
    environment = environments.python(f"langfuse-{VERSIONS[major]}")
    said = run(environment, "langfuse_annotation.py", USER_ID=user_id, QUEUE=queue)
    assert said["major"] == major
    assert said["listed"] and said["read"] and said["left"] and said["is_left_out"]
    assert said["pending"] == [True] * 3 and said["completed"] == [True, True]
    assert said["gone"] == [True, "Annotation queue item deleted successfully"]
    assert said["status"] == 404
    if major >= 3:
        assert said["same"] and said["described"] == [True, "by an SDK", []]
        assert said["assigned"] == [True, True, True]
