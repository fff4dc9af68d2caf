"""The sample board: every query of it is answered, with the columns that its panels name."""

import json
from pathlib import Path

import pytest

BOARD = Path(__file__).parents[3] / "docs" / "grafana" / "sonde.json"
PANELS = json.loads(BOARD.read_text())["panels"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_of_the_board_gets_the_columns_that_it_shows(asked, span, score, now, panel):
    span("t1", "a", type="GENERATION", model="gpt-5", total_cost="0.5", input_tokens=3)
    score("t1", "good", 0.5)
    [target] = panel["targets"]
    at = now // 1_000_000
    grafana = {"${__from}": at - 3_600_000, "${__to}": at + 60_000, "${__interval}": "2m"}
    query = {
        one["key"]: grafana.get(one["value"], one["value"])
        for one in target["url_options"]["params"]
    }
    status, found = asked(target["url"], query)
    assert status == 200
    shown = {column["selector"] for column in target["columns"]}
    assert found[target["root_selector"]]
    assert shown <= found["rows"][0].keys()
