"""Figures: what plotly's own schema takes, of whatever values and names."""

import json
from datetime import UTC, datetime

import plotly.graph_objects
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.boards import figures
from dashboards.boards.figures import AREA, BAR, LINE, STACK, Bin, Series, Span
from dashboards.boards.units import NS
from traces.axes import AXIS, COUNT, SECONDS

HOUR = 3600 * NS
NOON = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()) * NS
NUMBERS = st.none() | st.floats() | st.integers(0, 10**15)
NAMES = st.text(max_size=90)


def plotly_takes(figure: dict) -> plotly.graph_objects.Figure:
    return plotly.graph_objects.Figure(json.loads(json.dumps(figure, allow_nan=False)))


def span_of(edges: list[int], zone: str = "UTC") -> Span:
    return Span(edges[0], edges[-1], zone, edges)


@pytest.mark.parametrize("kind", [LINE, AREA, BAR, STACK])
@pytest.mark.parametrize("unit", AXIS)
def test_plotly_knows_every_part_of_a_figure_over_time(kind, unit):
    edges = [NOON, NOON + HOUR, NOON + 2 * HOUR]
    made = [
        Series(name="a", values=[1, None], rows="/rows?", hrefs=["from=1", "from=2"]),
        Series(name="b", values=[0.5, 2], tone="bad", is_before=True),
    ]
    figure = figures.over_time(kind, edges[:-1], made, unit, span=span_of(edges))
    assert [list(one.y) for one in plotly_takes(figure).data] == [[1, None], [0.5, 2]]


@settings(max_examples=30)
@given(st.lists(st.tuples(NAMES, NUMBERS), min_size=1, max_size=8))
def test_names_and_numbers_of_any_kind_make_a_figure_that_plotly_takes(told):
    names, values = [one[0] for one in told], [one[1] for one in told]
    series = [Series(name=names[0], values=values, hrefs=["/x"] * len(told))]
    drawn = plotly_takes(figures.across(names, series, COUNT))
    assert len(set(drawn.layout.yaxis.tickvals)) == len(told)
    plotly_takes(figures.pie(names, values, COUNT, [""] * len(told)))
    plotly_takes(figures.heat(names, names, [values] * len(told), COUNT))
    bins = [Bin(at, at + 1, at) for at in range(len(told))]
    plotly_takes(figures.histogram(bins, SECONDS, name=names[0]))


@given(NAMES)
def test_a_name_is_never_markup(name):
    shown = figures.label(name, 0)
    assert "<" not in shown and ">" not in shown


def test_hours_are_those_of_the_zone_also_when_the_clock_is_put_on():
    edges = [NOON + (10 + at) * HOUR for at in range(5)]  # 23 to 3 o'clock, Paris: there is no 2
    [one] = [Series(name="a", values=[1, 2, 3, 4])]
    figure = figures.over_time(LINE, edges[:-1], [one], COUNT, span=span_of(edges, "Europe/Paris"))
    assert [at[11:16] for at in figure["data"][0]["x"]] == ["23:00", "00:00", "01:00", "03:00"]


def test_a_bar_is_as_wide_as_its_bucket():
    edges = [NOON, NOON + HOUR, NOON + 24 * HOUR]
    [one] = [Series(name="a", values=[1, 2])]
    [bars] = figures.over_time(STACK, edges[:-1], [one], COUNT, span=span_of(edges))["data"]
    assert bars["width"][1] / bars["width"][0] == pytest.approx(23)


def test_what_is_hovered_names_its_value_and_unit():
    [one] = [Series(name="gpt", values=[0.345, None])]
    edges = [NOON, NOON + HOUR, NOON + 2 * HOUR]
    [line] = figures.over_time(LINE, edges[:-1], [one], SECONDS, span=span_of(edges))["data"]
    assert line["hovertext"] == ["345 ms", "–"] and "%{hovertext}" in line["hovertemplate"]
