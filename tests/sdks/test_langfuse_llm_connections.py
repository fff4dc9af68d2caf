"""LLM connections as Langfuse's SDKs for Python manage them; version 2 knows none."""

from collections.abc import Callable

import pytest

from tests.sdks import environments
from tests.sdks.reading import Sonde

VERSIONS = {3: "3.15.0", 4: "4.18.0", 5: "5.0.4"}
QUICK = (5,)


@pytest.fixture(scope="module")
def admin_key(sonde: Sonde) -> dict[str, str]:
    page = sonde.browser.post(
        f"{sonde.browser.project}/settings/keys", note="connections", scopes=["admin"]
    )
    shown = {
        name: next(page.all("code", id=f"new-{name}-key")).text for name in ("public", "secret")
    }
    return {"ADMIN_PUBLIC_KEY": shown["public"], "ADMIN_SECRET_KEY": shown["secret"]}


@pytest.mark.parametrize(
    "major",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.sdks) for one in VERSIONS],
)
def test_an_sdk_manages_connections_and_never_sees_a_key(
    major: int, run: Callable[..., dict], admin_key: dict[str, str]
) -> None:
    environment = environments.python(f"langfuse-{VERSIONS[major]}")
    said = run(environment, "langfuse_llm_connections.py", **admin_key)
    assert said["made"] == [["m-1", "m-2"], ["X-Team"], True, None]
    assert said["hint"] == "...TAIL"
    assert said["replaced"] == [True, [], False]
    assert said["listed"] == [True]
    assert not said["key_is_told"]
    assert said.get("gone", True)
