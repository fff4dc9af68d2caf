"""Langfuse's SDKs for Python make, fill, change, read and empty datasets here."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.test_langfuse_reads import QUICK, VERSIONS


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_datasets_of_an_application_live_here(major: int, run: Callable[..., dict]) -> None:
    said = run(environments.python(f"langfuse-{VERSIONS[major]}"), "langfuse_datasets.py")
    assert said["major"] == major
    assert said["made"] == [True, True, "Hard ones", {"team": "a"}]
    first = [{"question": "환불?"}, "Yes", {"hard": True}, "trace-1", "span-1", True, "ACTIVE"]
    assert said["item"] == first
    assert said["changed"] == [{"question": "환불?"}, "No"]
    assert said["dataset"] == [True, "Hard ones", {"team": "a"}]
    assert said["items"] == [2, 1, 0, {"question": "환불?"}]
    assert said["first"] == "No"
    assert said["got"] == ["No", True]
    assert said["listed"] and said["by_source"]
    assert said["gone"] and said["missing"]
    if major >= 3:
        assert said["strict"] is True
    if major >= 4:
        assert said["past"] == [[{"question": "환불?"}, "Yes"]]
