"""The chart of an incident as plotly's plain dicts, which charts.js colours. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from alerts.incidents.course import Bucket, Course
from traces.axes import AXIS
from traces.templatetags.trace_figures import quantity

Figure = dict[str, Any]
SHORT = {"tickformat": ".3~s"}
AXES: dict[str, dict[str, Any]] = {
    **AXIS,
    "percent": {"tickformat": ".3~g", "ticksuffix": " %"},
    "sigma": {"tickformat": ".3~g", "ticksuffix": " σ"},
    "times": {"tickformat": ".3~g", "ticksuffix": " ×"},
}
SIGNS = {"percent": " %", "sigma": " σ", "times": " ×"}


def written(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit in SIGNS:
        return f"{value:.3g}{SIGNS[unit]}"
    return quantity(value, unit)


def of_course(course: Course, began: datetime, ended: datetime) -> Figure:
    """What was measured with its limit or band, shaded while it fired. Times are UTC."""
    buckets, x = course.buckets, [_at(one.end) for one in course.buckets]
    first, last = buckets[0].begin, buckets[-1].end
    fired = {
        "name": "bad",
        "x0": _at(max(first, int(began.timestamp()))),
        "x1": _at(min(last, int(ended.timestamp()))),
    }
    return {
        "data": [
            *_band(buckets, x),
            _line(x, [one.limit for one in buckets], course.unit, _("Limit"), dash="dash"),
            _line(x, [one.value for one in buckets], course.unit, course.name),
        ],
        "layout": {
            "xaxis": {"type": "date", "range": [_at(first), _at(last)]},
            "yaxis": {"rangemode": "tozero", **AXES.get(course.unit, SHORT)},
            "hovermode": "x unified",
            "meta": {"axis": "time"},
            "shapes": [fired],
        },
    }


def _band(buckets: Sequence[Bucket], x: Sequence[str]) -> list[Figure]:
    """What is usual, as two lines with what lies between them filled."""
    places = [
        (at, one)
        for at, one in zip(x, buckets, strict=True)
        if one.low is not None and one.high is not None
    ]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": [at for at, _one in places],
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": _("Usual"),
        "meta": {"tone": "accent"},
    }
    low, high = [one.low for _at, one in places], [one.high for _at, one in places]
    return [{**edge, "y": low}, {**edge, "y": high, "fill": "tonexty"}] if places else []


def _line(
    x: Sequence[str], values: Sequence[float | None], unit: str, name: str, *, dash: str = "solid"
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers" if dash == "solid" else "lines",
        "name": _plain(name),
        "x": list(x),
        "y": list(values),
        "hovertext": [written(one, unit) for one in values],
        "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
        "line": {"width": 1.8 if dash == "solid" else 1.4, "dash": dash},
        "marker": {"size": 3},
        "connectgaps": dash != "solid",
        "meta": {"tone": "accent" if dash == "solid" else "warn"},
    }


def _at(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _plain(text: str) -> str:
    """Plotly draws a little HTML, of which a query has none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
