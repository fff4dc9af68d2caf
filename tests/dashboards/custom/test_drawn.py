"""What a widget draws is what the metrics answer, and leads to its rows."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboards.custom.drawn import drawing
from dashboards.custom.widget import Measured, Widget
from traces.queries.metrics import Measure, Unanswerable

COST = Measured("cost", "sum")
pytestmark = pytest.mark.usefixtures("calls")


def drawn(scope, **fields):
    return drawing(Widget(**{"title": "x", "measures": (COST,), **fields}))(scope)


def cells(table) -> list[list]:
    return [[cell.value for cell in row] for row in table.rows]


def rows_at(client, address: str) -> int:
    page = client.get(html.unescape(address)).content.decode()
    return len(re.findall(r'<a class="main[^"]*"|class="[^"]*\bmain\b[^"]*"', page))


@pytest.mark.parametrize("chart", ["line", "area", "bar", "stacked"])
def test_a_measure_over_time(scope, chart):
    shown = drawn(scope(compares=False), chart=chart)
    answer = scope().ask(Measure(*COST), over_time=True)
    [series] = shown.figure["data"]
    known = {row["time"]: row["sum_cost"] for row in answer.rows}
    assert series["y"] == [known.get(at, 0) for at in answer.edges[:-1]]
    assert sum(series["y"]) == 0.9375
    assert (series["type"] == "bar") is (chart in ("bar", "stacked"))


@pytest.mark.parametrize("chart", ["line", "area", "stacked"])
def test_a_measure_over_time_by_a_dimension(scope, chart):
    shown = drawn(scope(), chart=chart, by=("model",))
    found = {one["name"]: sum(one["y"]) for one in shown.figure["data"]}
    assert found == {"big": 0.75, "small": 0.125, "&lt;b&gt;odd&lt;/b&gt;": 0.0625}


def test_bars_and_a_pie_have_a_mark_for_each_value(scope):
    answer = scope().ask(Measure(*COST), by=("model",))
    expected = [[row["model"], row["sum_cost"]] for row in answer.rows]
    bars = drawn(scope(), chart="bar", by=("model",))
    pie = drawn(scope(), chart="pie", by=("model",))
    assert cells(bars.table) == cells(pie.table) == expected
    assert bars.figure["data"][0]["x"] == pie.figure["data"][0]["values"]
    assert len(pie.figure["data"][0]["customdata"]) == 3


def test_numbers_are_tiles(scope):
    measures = (COST, Measured("errors", "sum"), Measured("users", "uniq"))
    shown = drawn(scope(), chart="number", measures=measures)
    assert [one.value for one in shown.tiles] == [0.9375, 1, 2]
    assert "level" in shown.tiles[1].href


def test_a_histogram_and_a_heat_map_count_every_call(scope):
    measures = (Measured("latency", "histogram"),)
    histogram = drawn(scope(), chart="histogram", measures=measures)
    assert sum(histogram.figure["data"][0]["y"]) == 4
    heat = drawn(scope(), chart="heat", measures=measures)
    assert sum(n or 0 for line in heat.figure["data"][0]["z"] for n in line) == 4


@pytest.mark.parametrize("chart", ["heat", "pivot"])
def test_two_dimensions_are_crossed(scope, chart):
    shown = drawn(scope(), chart=chart, by=("model", "user"))
    heads = [str(one.words) for one in shown.table.columns[1:]]
    found = {
        (row[0], user): value
        for row in cells(shown.table)
        for user, value in zip(heads, row[1:], strict=True)
        if value is not None
    }
    answer = scope().ask(Measure(*COST), by=("model", "user"), most=100)
    assert found == {
        (row["model"], row["user"] or "not set"): row["sum_cost"] for row in answer.rows
    }
    if chart == "heat":
        z = shown.figure["data"][0]["z"]
        assert z == [row[1:] for row in cells(shown.table)]


def test_a_pivot_table_of_one_dimension_has_a_column_for_each_measure(scope):
    measures = (COST, Measured("latency", "max"))
    shown = drawn(scope(), chart="pivot", by=("model",), measures=measures)
    assert cells(shown.table)[0] == ["big", 0.75, 4.0]


def test_hours_and_days_have_names(scope):
    [row] = cells(drawn(scope(), chart="bar", by=("weekday",)).table)
    assert row[0].endswith("day") and row[1] == 0.9375
    [row] = cells(drawn(scope(), chart="bar", by=("hour",)).table)
    assert re.fullmatch(r"\d\d:00", row[0])


@pytest.mark.parametrize(
    ("chart", "by"), [("bar", ("model",)), ("pie", ("model",)), ("pivot", ("model", "user"))]
)
def test_every_mark_leads_to_as_many_rows_as_it_counts(scope, client, owner, chart, by):
    client.force_login(owner)
    measures = (Measured("count", "count"),)
    table = drawn(scope(), chart=chart, by=by, measures=measures, filter="-level:ERROR").table
    leading = [cell for row in table.rows for cell in row[1:] if cell.href]
    assert sum(cell.value for cell in leading) == 3
    for cell in leading:
        assert rows_at(client, cell.href) == cell.value, cell.href


def test_the_filters_of_the_board_and_of_the_widget_both_hold(scope):
    from traces.search.grammar import parsed

    narrowed = scope(terms=parsed("user:ann").terms)
    shown = drawn(narrowed, chart="bar", by=("model",), filter="model:big")
    assert cells(shown.table) == [["big", 0.5]]
    query = parse_qs(urlsplit(shown.table.rows[0][0].href).query)["q"]
    assert query == ["user:ann model:big"]


def test_scores_are_narrowed_to_those_of_a_name(scope):
    value = (Measured("value", "avg"),)
    shown = drawn(scope(), chart="number", view="scores", measures=value, score="faithful")
    assert [one.value for one in shown.tiles] == [0.5]
    assert "scores.faithful" in shown.tiles[0].href


def test_a_shared_board_leads_nowhere(scope):
    for chart, by in (("bar", ("model",)), ("pie", ("model",)), ("pivot", ("model", "user"))):
        table = drawn(scope(leads=False), chart=chart, by=by).table
        assert not any(cell.href for row in table.rows for cell in row)


@pytest.mark.parametrize("chart", ["line", "pie", "number", "histogram", "heat", "pivot"])
def test_of_nothing_it_says_that_there_is_nothing(scope, chart):
    measures = (Measured("latency", "histogram"),) if chart in ("histogram", "heat") else (COST,)
    by = ("model",) if chart in ("pie", "pivot") else ()
    shown = drawn(scope(), chart=chart, measures=measures, by=by, filter="model:none")
    assert shown.kind == ("tiles" if chart == "number" else "nothing")


def test_what_does_not_go_together_is_unanswerable(scope):
    with pytest.raises(Unanswerable, match="one dimension"):
        drawn(scope(), chart="pie")
