"""A widget: what is asked, how it is drawn, and what of that does not go together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.custom.words import (
    ADDITIVE,
    DIMENSIONS_OF,
    HISTOGRAM,
    MEASURES,
    VIEWS,
    aggregations,
    unit_of,
)
from traces.queries.metrics import OBSERVATIONS, SCORES
from traces.queries.metrics.dimensions import METADATA, MOST_KEY
from traces.search.grammar import MAX_CHARACTERS, parsed

MAX_TITLE, MAX_SCORE, MOST = 80, 200, 20
MOST_MEASURES, MOST_DIMENSIONS = 3, 2
WIDTHS = (3, 4, 6, 8, 12)
BUCKETS = {
    "": gettext_lazy("As the board says"),
    "minute": gettext_lazy("A minute"),
    "hour": gettext_lazy("An hour"),
    "day": gettext_lazy("A day"),
    "week": gettext_lazy("A week"),
    "month": gettext_lazy("A month"),
}


class Chart(StrEnum):
    LINE = "line"
    AREA = "area"
    STACKED = "stacked"
    BAR = "bar"
    PIE = "pie"
    NUMBER = "number"
    HISTOGRAM = "histogram"
    HEAT = "heat"
    PIVOT = "pivot"


CHARTS: dict[str, str | Promise] = {
    Chart.LINE: gettext_lazy("Lines over time"),
    Chart.AREA: gettext_lazy("Areas over time"),
    Chart.STACKED: gettext_lazy("Stacked bars over time"),
    Chart.BAR: gettext_lazy("Bars"),
    Chart.PIE: gettext_lazy("Pie"),
    Chart.NUMBER: gettext_lazy("Number"),
    Chart.HISTOGRAM: gettext_lazy("Histogram"),
    Chart.HEAT: gettext_lazy("Heat map"),
    Chart.PIVOT: gettext_lazy("Pivot table"),
}


class Measured(NamedTuple):
    name: str
    aggregation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """`filter` is text of the query bar; `bucket` one of BUCKETS; `most` bounds its series or rows;
    `score` narrows scores to those of a name. `key` is its own on its board.
    """

    title: str
    chart: str = Chart.LINE
    view: str = OBSERVATIONS
    measures: tuple[Measured, ...] = (Measured("count", "count"),)
    by: tuple[str, ...] = ()
    filter: str = ""
    score: str = ""
    bucket: str = ""
    most: int = 10
    width: int = 6
    key: str = ""


class Problem(NamedTuple):
    """What does not go together, and the field of the widget to change."""

    field: str
    words: str


def problems(widget: Widget) -> list[Problem]:
    """Nothing, where the widget can be drawn."""
    return [*_unknown(widget), *_texts(widget)] or _unfit(widget)


def _unknown(widget: Widget) -> list[Problem]:
    """Names that there are not."""
    if widget.view not in VIEWS:
        return [Problem("view", _("There is no such view."))]
    found = []
    if widget.chart not in CHARTS:
        found.append(Problem("chart", _("There is no such chart.")))
    if widget.bucket not in BUCKETS:
        found.append(Problem("bucket", _("There is no such step.")))
    if widget.width not in WIDTHS:
        found.append(Problem("width", _("A widget is 3, 4, 6, 8 or 12 columns wide.")))
    if not 1 <= widget.most <= MOST:
        found.append(Problem("most", _("From 1 to %(most)s.") % {"most": MOST}))
    return [*found, *_unknown_measures(widget), *_unknown_dimensions(widget)]


def _unknown_measures(widget: Widget) -> list[Problem]:
    if not 1 <= len(widget.measures) <= MOST_MEASURES or _repeats(widget.measures):
        words = _("1 to %(most)s different measures.") % {"most": MOST_MEASURES}
        return [Problem("measures", words)]
    found = []
    for name, aggregation in widget.measures:
        if name not in MEASURES[widget.view]:
            words = _("This view has no measure “%(name)s”.") % {"name": name[:60]}
            found.append(Problem("measures", words))
        elif aggregation not in aggregations(widget.view, name):
            words = _("“%(name)s” has no aggregation “%(aggregation)s”.")
            told = {"name": name, "aggregation": aggregation[:40]}
            found.append(Problem("measures", words % told))
    return found


def _unknown_dimensions(widget: Widget) -> list[Problem]:
    if len(widget.by) > MOST_DIMENSIONS or _repeats(widget.by):
        return [Problem("by", _("At most two different dimensions."))]
    found = []
    for name in widget.by:
        key = name.removeprefix(METADATA)
        if name.startswith(METADATA):
            if not 0 < len(key) <= MOST_KEY or "\0" in key:
                words = _("A key of the metadata has 1 to %(most)s characters.")
                found.append(Problem("by", words % {"most": MOST_KEY}))
        elif name not in DIMENSIONS_OF[widget.view]:
            words = _("This view has no dimension “%(name)s”.") % {"name": name[:60]}
            found.append(Problem("by", words))
    return found


def _texts(widget: Widget) -> list[Problem]:
    found = []
    if not widget.title.strip() or len(widget.title) > MAX_TITLE or not widget.title.isprintable():
        words = _("A title has 1 to %(most)s visible characters.") % {"most": MAX_TITLE}
        found.append(Problem("title", words))
    if len(widget.filter) > MAX_CHARACTERS or "\0" in widget.filter:
        words = _("A query has at most %(most)s characters.") % {"most": MAX_CHARACTERS}
        found.append(Problem("filter", words))
    elif wrong := parsed(widget.filter).problems:
        found.append(Problem("filter", wrong[0].message))
    if len(widget.score) > MAX_SCORE or "\0" in widget.score:
        words = _("At most %(most)s characters.") % {"most": MAX_SCORE}
        found.append(Problem("score", words))
    elif widget.score and widget.view != SCORES:
        found.append(Problem("score", _("Only scores have the name of a score.")))
    return found


@dataclass(frozen=True, slots=True)
class Needs:
    """How many dimensions and measures a chart takes."""

    dimensions: tuple[int, ...]
    measures: int = 1
    are_parts: bool = False  # what it shows is summed by the eye


NEEDS = {
    Chart.LINE: Needs((0, 1), MOST_MEASURES),
    Chart.AREA: Needs((0, 1), MOST_MEASURES, are_parts=True),
    Chart.STACKED: Needs((0, 1), MOST_MEASURES, are_parts=True),
    Chart.BAR: Needs((0, 1), MOST_MEASURES),
    Chart.PIE: Needs((1,), are_parts=True),
    Chart.NUMBER: Needs((0,), MOST_MEASURES),
    Chart.HISTOGRAM: Needs((0,)),
    Chart.HEAT: Needs((0, 2)),
    Chart.PIVOT: Needs((1, 2), MOST_MEASURES),
}
DIMENSION_WORDS = {
    (0,): gettext_lazy("This chart has no dimension: leave both empty."),
    (1,): gettext_lazy("This chart needs one dimension."),
    (0, 1): gettext_lazy("This chart has one dimension at most."),
    (0, 2): gettext_lazy(
        "A heat map shows how a measure spreads over time, without a dimension, or two dimensions."
    ),
    (1, 2): gettext_lazy("A pivot table needs one or two dimensions."),
}


def _unfit(widget: Widget) -> list[Problem]:
    """What is known, but is not drawn together."""
    needs = NEEDS[Chart(widget.chart)]
    if len(widget.by) not in needs.dimensions:
        return [Problem("by", str(DIMENSION_WORDS[needs.dimensions]))]
    is_single = needs.measures == 1 or (widget.by and is_timed(widget)) or len(widget.by) > 1
    if len(widget.measures) > 1 and (is_single or (widget.chart == Chart.BAR and widget.by)):
        return [Problem("measures", _("This chart shows one measure: leave out the others."))]
    spreads = [aggregation == HISTOGRAM for _name, aggregation in widget.measures]
    is_spread = widget.chart == Chart.HISTOGRAM or (widget.chart == Chart.HEAT and not widget.by)
    if is_spread and not all(spreads):
        words = _("This chart needs a measure with “how it spreads”, such as the latency.")
        return [Problem("measures", words)]
    if any(spreads) and not is_spread:
        words = _("“How it spreads” is drawn as a histogram, or as a heat map without a dimension.")
        return [Problem("measures", words)]
    return _unlike(widget, needs)


def _unlike(widget: Widget, needs: Needs) -> list[Problem]:
    added = [aggregation in ADDITIVE for _name, aggregation in widget.measures]
    stacks = needs.are_parts and (widget.by or len(widget.measures) > 1)
    if stacks and not all(added):
        words = _("Only sums and counts are parts of a whole. Choose lines or bars for this one.")
        return [Problem("chart", words)]
    units = {unit_of(widget.view, *one) for one in widget.measures}
    if is_timed(widget) and len(units) > 1:
        words = _("Measures of different units cannot share an axis: make a widget of each.")
        return [Problem("measures", words)]
    return []


def is_timed(widget: Widget) -> bool:
    """Its axis is the time."""
    is_bars = widget.chart == Chart.BAR and not widget.by
    return is_bars or widget.chart in (Chart.LINE, Chart.AREA, Chart.STACKED)


def _repeats(values: Sequence) -> bool:
    return len({*values}) < len(values)


def room(widget: Widget) -> tuple[int, int]:
    """How many measures and dimensions there may be, as far as the chart goes."""
    needs = NEEDS.get(Chart(widget.chart)) if widget.chart in CHARTS else None
    if needs is None:
        return MOST_MEASURES, MOST_DIMENSIONS
    is_single = widget.by and (widget.chart != Chart.PIVOT or len(widget.by) > 1)
    return 1 if is_single else needs.measures, max(needs.dimensions)


def aggregations_for(widget: Widget, measure: str) -> tuple[str, ...]:
    """Those of a measure that the chart can draw."""
    own = aggregations(widget.view, measure)
    if widget.chart == Chart.HISTOGRAM:
        return tuple(one for one in own if one == HISTOGRAM)
    return own if widget.chart == Chart.HEAT else tuple(one for one in own if one != HISTOGRAM)


def measures_for(widget: Widget) -> list[str]:
    return [name for name in MEASURES[widget.view] if aggregations_for(widget, name)]


def fitted(widget: Widget) -> Widget:
    """With the first choice in place of each that its view, chart or measure does not have."""
    widget = replace(
        widget,
        view=widget.view if widget.view in VIEWS else OBSERVATIONS,
        chart=widget.chart if widget.chart in CHARTS else Chart.LINE,
    )
    by = [o for o in widget.by if o in DIMENSIONS_OF[widget.view] or o.startswith(METADATA)]
    widget = replace(widget, by=tuple(dict.fromkeys(by))[: room(widget)[1]])
    known = measures_for(widget)
    measures: dict[Measured, None] = {}
    for name, aggregation in widget.measures[: room(widget)[0]]:
        fits = name if name in known else known[0]
        own = aggregations_for(widget, fits)
        measures[Measured(fits, aggregation if aggregation in own else own[0])] = None
    return replace(
        widget,
        measures=tuple(measures) or (Measured(known[0], aggregations_for(widget, known[0])[0]),),
        score=widget.score if widget.view == SCORES else "",
    )
