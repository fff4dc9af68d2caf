"""Boards over rows straight in the store, read as fragments and pages."""

import html
import json
import re

import pytest
from django.urls import reverse

from tests.traces.conftest import MINUTE, now, score, span  # noqa: F401


@pytest.fixture
def scope(project, now):  # noqa: F811
    """`scope(zone="Asia/Seoul", …)`: the last two hours of the project."""
    from dashboards.boards.panel import Scope

    def made(**changes):
        hours = {"since": now - 90 * MINUTE, "until": now + 30 * MINUTE}
        return Scope(**{"project": project, **hours, **changes})

    return made


@pytest.fixture
def board(client, project, owner, now):  # noqa: F811
    """`board("cost", {"as": "csv"})`: a panel of the overview as its fragment; without a name, the
    page.
    """
    client.force_login(owner)
    time = {"from": str(now - 90 * MINUTE), "to": str(now + 30 * MINUTE)}

    def get(part="", query=None, *, key="overview", is_fragment=True):
        address = reverse("dashboard-board", args=[project.id, key])
        asked = {**time, **({"part": part} if part else {}), **(query or {})}
        headers = {"HX-Request": "true"} if part and is_fragment else {}
        return client.get(address, asked, headers=headers)

    return get


def figure_in(response) -> dict:
    """The figure that a fragment carries."""
    [found] = re.findall(r'data-figure="([^"]*)"', response.content.decode())
    return json.loads(html.unescape(found))


def series_in(response) -> dict[str, list]:
    return {one["name"]: one["y"] for one in figure_in(response)["data"]}
