"""What Langfuse's SDKs for Python read, comment, price and delete: after the ack, asking once."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.reading import Sonde

COST = 0.0045  # 1,000 tokens of gpt-4o in, 200 out
NAMES = ["call", "root"]
VERSIONS = {2: "2.60.10", 3: "3.15.0", 4: "4.18.0", 5: "5.0.4"}
QUICK = (2, 5)  # the first shapes and the last


@pytest.fixture(scope="module")
def admin_key(sonde: Sonde) -> dict[str, str]:
    """A key that may change settings, as an admin makes it."""
    page = sonde.browser.post(
        f"{sonde.browser.project}/settings/keys", note="prices", scopes=["read", "admin"]
    )
    shown = {
        name: next(page.all("code", id=f"new-{name}-key")).text for name in ("public", "secret")
    }
    return {"ADMIN_PUBLIC_KEY": shown["public"], "ADMIN_SECRET_KEY": shown["secret"]}


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_all_that_an_sdk_reads_is_there_at_once(
    major: int, run: Callable[..., dict], admin_key: dict[str, str]
) -> None:
    environment = environments.python(f"langfuse-{VERSIONS[major]}")
    said = run(environment, "langfuse_reads.py", **admin_key)
    assert said["scores"] == [["good", 0.9]]
    assert said["score_is_gone"]
    assert said["comment"] == ["Why so slow?", "TRACE", True]
    assert said["model"] == [True, 0.000002, True]
    assert said["model_is_gone"]
    assert said["file"] == [True, True]
    assert said["health"] == "OK"
    assert said["after_one"] == [0, 1]
    assert said["after_both"] == [0, 0]
    assert said["no_such_deletion"]
    if major <= 4:
        what_is_read_by_page_is_right(said)
    if major >= 3:
        assert said["by_cursor"] == NAMES
        assert "root" in said["by_metadata"]
        used = [{"providedModelName": "gpt-4o", "count_count": 2, "sum_totalTokens": 2400}]
        assert said["metrics"] == said.get("metrics_by_page", used) == used
    if major == 2:
        what_only_the_oldest_asks_is_right(said)
    if major >= 4:
        assert said["replaced"]


def what_is_read_by_page_is_right(said: dict) -> None:
    assert said["trace"] == [said["names"][0], said["user"], pytest.approx(COST)]
    assert said["its_observations"] == said["by_page"] == NAMES
    assert said["total"] == 2
    assert said["listed"] == [said["trace_id"]]
    assert said.get("by_filter", [said["trace_id"]]) == [said["trace_id"]]
    assert said["by_tag"] == said["traces_of_session"] == 2
    assert said["session_is_listed"]
    assert said["no_such_trace"]
    assert said["observation"] == ["call", "gpt-4o", pytest.approx(COST), 1000]


def what_only_the_oldest_asks_is_right(said: dict) -> None:
    assert said["fetched"] == [said["names"][0], [said["trace_id"]], NAMES, True, ["call"]]
    assert said["daily"] == [2, 4, 2400]
