"""Charts of drift as plotly's plain dicts, which charts.js colours. Pure. Times are UTC."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from evals.drift.models import DriftVerdict
from evals.drift.monitors import State
from evals.drift.words import share, state_words, written

Figure = dict[str, Any]
SHORT = 40  # characters of a category
MOST_BARS = 24


def of_effects(verdicts: Sequence[DriftVerdict], addresses: Sequence[str]) -> Figure:
    """The effect of each verdict, oldest first, against its threshold; a drift as a large point.
    What could not be measured lies on the ground. Each point leads to its verdict.
    """
    x = [_at(one.at) for one in verdicts]
    measured = [one.effect for one in verdicts]
    drifts = [one.effect if one.state == State.DRIFT else None for one in verdicts]
    unmeasured = [0 if one.effect is None else None for one in verdicts]
    told = [_told(one) for one in verdicts]
    plain = {"type": "scatter", "x": x, "customdata": list(addresses), "hovertext": told}
    template = {"hovertemplate": "%{hovertext}<extra></extra>"}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": _("Threshold"),
                "x": x,
                "y": [one.least_effect for one in verdicts],
                "line": {"dash": "dash", "width": 1.4, "shape": "hv"},
                "hoverinfo": "skip",
                "meta": {"tone": "warn"},
            },
            {
                **plain,
                **template,
                "mode": "lines+markers",
                "name": _("Effect"),
                "y": measured,
                "line": {"width": 1.8},
                "marker": {"size": 5},
                "meta": {"tone": "accent"},
            },
            {
                **plain,
                **template,
                "mode": "markers",
                "name": _("Drift"),
                "y": drifts,
                "marker": {"size": 10, "symbol": "diamond"},
                "meta": {"tone": "bad"},
            },
            {
                **plain,
                **template,
                "mode": "markers",
                "name": _("Not measured"),
                "y": unmeasured,
                "marker": {"size": 7, "symbol": "x-thin-open"},
                "meta": {"tone": "ink-3"},
            },
        ],
        "layout": {
            "xaxis": {"type": "date", "range": _range(verdicts)},
            "yaxis": {"rangemode": "tozero", "tickformat": ".3~g"},
            "hovermode": "closest",
            "meta": {"axis": "time"},
        },
    }


def of_shapes(shapes: Any) -> Figure | None:
    """Both sides over each other: the reference grey, the current one in colour. None where there
    is nothing to draw.
    """
    kind = shapes.get("kind") if isinstance(shapes, dict) else None
    if kind == "numeric" and len(shapes.get("edges", ())) > 1:
        return _of_numbers(shapes)
    if kind == "categorical" and shapes.get("labels"):
        return _of_categories(shapes)
    if kind == "embedding" and shapes.get("current"):
        return _of_points(shapes)
    return None


def bins(shapes: dict[str, Any]) -> list[tuple[str, float, float]]:
    """The rows of the table beside the chart: what, and the share of each side."""
    if shapes.get("kind") == "numeric":
        unit = shapes.get("unit", "")
        names = [
            f"{written(low, unit)} – {written(high, unit)}"
            for low, high in pairwise(shapes["edges"])
        ]
    elif shapes.get("kind") == "categorical":
        names = [_named(one) for one in shapes["labels"]]
    else:
        return []
    return list(zip(names, shapes["reference"], shapes["current"], strict=True))


def _of_numbers(shapes: dict[str, Any]) -> Figure:
    edges, rows = shapes["edges"], bins(shapes)
    data = []
    for name, side, tone in _sides():
        values = shapes[side]
        hover = [f"{row[0]}: {share(value)}" for row, value in zip(rows, values, strict=True)]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": edges,
                "y": [*values, values[-1]],
                "hovertext": [*hover, hover[-1]],
                "line": {"shape": "hv", "width": 1.6},
                "fill": "tozeroy",
                "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
                "meta": {"tone": tone},
            }
        )
    return {"data": data, "layout": _layout({"tickformat": "~s"}, {"tickformat": ".3~%"})}


def _of_categories(shapes: dict[str, Any]) -> Figure:
    """Those that moved most."""
    rows = sorted(bins(shapes), key=lambda row: -abs(row[1] - row[2]))[:MOST_BARS]
    names = [_plain(row[0])[:SHORT] for row in rows]
    places = list(range(len(rows)))
    sides = [row[1] for row in rows], [row[2] for row in rows]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": places,
            "y": values,
            "hovertext": [
                f"{_plain(row[0])}: {share(value)}" for row, value in zip(rows, values, strict=True)
            ],
            "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
            "meta": {"tone": tone},
        }
        for (name, _side, tone), values in zip(_sides(), sides, strict=True)
    ]
    xaxis = {"tickmode": "array", "tickvals": places, "ticktext": names}
    return {"data": data, "layout": {**_layout(xaxis, {"tickformat": ".3~%"}), "barmode": "group"}}


def _of_points(shapes: dict[str, Any]) -> Figure:
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [point[0] for point in shapes[side]],
            "y": [point[1] for point in shapes[side]],
            "marker": {"size": 5, "opacity": 0.6},
            "hoverinfo": "name",
            "meta": {"tone": tone},
        }
        for name, side, tone in _sides()
    ]
    bare = {"showticklabels": False}
    return {"data": data, "layout": {**_layout(bare, bare), "hovermode": "closest"}}


def _sides() -> tuple[tuple[str, str, str], ...]:
    """What each is called, where its shares stand, and its colour."""
    return (_("Reference"), "reference", "ink-3"), (_("Current"), "current", "accent")


def _layout(xaxis: Figure, yaxis: Figure) -> Figure:
    return {"xaxis": xaxis, "yaxis": {"rangemode": "tozero", **yaxis}, "hovermode": "x"}


def _named(label: str) -> str:
    return label or _("all others")


def _told(verdict: DriftVerdict) -> str:
    first = f"<b>{state_words(verdict.state)}</b> {_at(verdict.at)}"
    if verdict.effect is None:
        return first
    figures = {"effect": written(verdict.effect), "least": written(verdict.least_effect)}
    return f"{first}<br>" + _("effect %(effect)s, threshold %(least)s") % figures


def _range(verdicts: Sequence[DriftVerdict]) -> list[str]:
    """A little wider, so that the outermost points are drawn whole."""
    first, last = verdicts[0].at, verdicts[-1].at
    return [_at(first - (last - first) / 40), _at(last + (last - first) / 40)]


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _plain(text: str) -> str:
    """Plotly draws a little HTML, of which values have none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
