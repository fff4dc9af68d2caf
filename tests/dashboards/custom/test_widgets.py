"""What goes together in a widget, and what is said of what does not."""

import pytest

from dashboards.custom.forms import WidgetForm, data_of, widget_sent
from dashboards.custom.widget import (
    CHARTS,
    NEEDS,
    Measured,
    Widget,
    fitted,
    problems,
)
from dashboards.custom.words import AGGREGATIONS, DIMENSIONS_OF, MEASURES, VIEWS, aggregations

COST, LATENCY = Measured("cost", "sum"), Measured("latency", "p95")
SPREAD = Measured("latency", "histogram")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 81}),
        ("view", {"view": "spans; DROP TABLE spans"}),
        ("chart", {"chart": "donut"}),
        ("width", {"width": 5}),
        ("most", {"most": 21}),
        ("bucket", {"bucket": "second"}),
        ("filter", {"filter": "colour:red"}),
        ("score", {"score": "faithful"}),
        ("measures", {"measures": ()}),
        ("measures", {"measures": (COST, COST)}),
        ("measures", {"measures": (Measured("value", "avg"),)}),
        ("measures", {"measures": (Measured("errors", "p95"),)}),
        ("measures", {"measures": (COST, LATENCY)}),
        ("measures", {"measures": (SPREAD,)}),
        ("measures", {"chart": "histogram"}),
        ("measures", {"chart": "heat"}),
        ("measures", {"measures": (COST, Measured("cost", "avg")), "by": ("model",)}),
        ("by", {"by": ("colour",)}),
        ("by", {"by": ("metadata.",)}),
        ("by", {"by": ("model", "user")}),
        ("by", {"chart": "pie"}),
        ("by", {"chart": "pivot"}),
        ("by", {"chart": "number", "by": ("model",)}),
        ("chart", {"chart": "pie", "by": ("model",), "measures": (LATENCY,)}),
        ("chart", {"chart": "area", "by": ("model",), "measures": (LATENCY,)}),
    ],
)
def test_what_cannot_be_drawn_is_said_at_its_place(field, changes):
    found = problems(Widget(**{"title": "Cost", "measures": (COST,), **changes}))
    assert [one.field for one in found] == [field] and found[0].words


def test_every_measure_and_dimension_that_is_offered_has_words_and_can_be_asked():
    for view in VIEWS:
        assert MEASURES[view] and DIMENSIONS_OF[view]
        for measure in MEASURES[view]:
            for how in aggregations(view, measure):
                assert how in AGGREGATIONS
                chart = "histogram" if how == "histogram" else "line"
                widget = Widget(
                    title="x", chart=chart, view=view, measures=(Measured(measure, how),)
                )
                assert problems(widget) == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("chart", CHARTS)
def test_whatever_is_chosen_first_the_form_offers_only_what_fits(chart, view):
    odd = Widget(
        title="x",
        chart=chart,
        view=view,
        measures=(Measured("value", "avg"), Measured("latency", "histogram")),
        by=("source", "model", "nothing"),
    )
    shown = fitted(odd)
    form = WidgetForm(shown)
    assert form.is_valid(), form.errors
    assert len(shown.by) <= max(NEEDS[chart].dimensions)
    assert fitted(shown) == shown
    assert {one.field for one in problems(shown)} <= {"by", "chart", "measures"}


def test_the_form_sends_back_the_widget_that_it_shows():
    from django.http import QueryDict

    sent = QueryDict(mutable=True)
    widget = Widget(
        title="By team",
        chart="pivot",
        measures=(COST,),
        by=("metadata.team", "model"),
        filter="level:ERROR",
        most=7,
        width=12,
    )
    sent.update(data_of(widget))
    assert widget_sent(sent, Widget(title="")) == widget
