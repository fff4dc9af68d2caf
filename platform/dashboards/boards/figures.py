"""Figures for plotly, as plain dicts. Pure.

They name no colour: `meta.tone` of a trace is a colour of the stylesheet, which charts.js puts in
for the theme. A mark's rows are at `meta.rows` followed by its own of `customdata`; where that is
empty, a click leads nowhere.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.boards.units import NS, written
from traces.axes import AXIS, COUNT

LINE, AREA, BAR, STACK = "line", "area", "bar", "stack"
TONES = (
    "generation", "accent", "retriever", "tool", "agent", "evaluator", "embedding", "guardrail",
    "event", "warn",
)  # fmt: skip
REST = "chain"  # the tone of what is summed up as “other”
ROOM_ACROSS, ROOM_UP = 90, 400  # characters of labels that a heat map has room for
MOST_NAME = 60  # characters of a name in a chart
Figure = dict[str, Any]
Number = int | float | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value for each place of the axis; None leaves a gap. `hrefs` has one address for each, or
    is empty; what they begin with alike may stand in `rows`.
    """

    name: str
    values: Sequence[Number]
    tone: str = "accent"
    rows: str = ""
    hrefs: Sequence[str] = ()
    is_before: bool = False  # of the time before: drawn faint and dashed


def over_time(
    kind: str, times: Sequence[int], series: Sequence[Series], unit: str, *, span: "Span"
) -> Figure:
    """Values at the beginnings of buckets (nanoseconds), on an axis over the whole span."""
    x = [local(at, span.zone) for at in times]
    return {
        "data": [_timed(kind, x, one, unit, span) for one in series],
        "layout": {
            "xaxis": {
                "type": "date",
                "range": [local(span.since, span.zone), local(span.until, span.zone)],
            },
            "yaxis": {"rangemode": "tozero", **AXIS.get(unit, {})},
            "hovermode": "closest" if kind in (BAR, STACK) else "x unified",
            "barmode": "stack" if kind == STACK else "group",
            "meta": {"axis": "time"},
        },
    }


@dataclass(frozen=True, slots=True)
class Span:
    """The time that an axis shows: nanoseconds, the zone of its labels, and the edges of its
    buckets, which a change of the clock makes of different lengths.
    """

    since: int
    until: int
    zone: str
    edges: Sequence[int]


def _timed(kind: str, x: list[str], one: Series, unit: str, span: Span) -> Figure:
    trace = _common(one, unit) | {
        "x": x,
        "y": numbers(one.values),
        "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
    }
    if kind in (BAR, STACK) and not one.is_before:
        trace["hovertemplate"] = (
            "<b>%{fullData.name}</b><br>%{x|%Y-%m-%d %H:%M}<br>%{hovertext}<extra></extra>"
        )
        widths = [(b - a) / 1e6 * 0.86 for a, b in pairwise(span.edges)]
        return trace | {"type": "bar", "width": widths, "offset": 0}
    trace |= {"type": "scatter", "mode": "lines+markers", "connectgaps": False}
    trace["line"] = {"width": 1.6, "dash": "dot" if one.is_before else "solid"}
    known = sum(one is not None for one in one.values)
    trace["marker"] = {"size": 6 if known < 4 else 3 if len(x) < 80 else 1}
    if kind == AREA and not one.is_before:
        trace |= {"stackgroup": "all", "mode": "lines"}
    return trace


def across(names: Sequence[str], series: Sequence[Series], unit: str) -> Figure:
    """Bars from left to right, one for each name, the first at the top."""
    labels = [label(name, at) for at, name in enumerate(names)]
    return {
        "data": [
            _common(one, unit)
            | {
                "type": "bar",
                "orientation": "h",
                "x": numbers(one.values),
                "y": list(range(len(names))),
                "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
            }
            for one in series
        ],
        "layout": {
            "xaxis": {"rangemode": "tozero", **AXIS.get(unit, {})},
            "yaxis": {
                "autorange": "reversed",
                "tickmode": "array",
                "tickvals": list(range(len(names))),
                "ticktext": labels,
                "automargin": True,
            },
            "hovermode": "closest",
            "barmode": "stack",
            "bargap": 0.3,
        },
    }


@dataclass(frozen=True, slots=True)
class Bin:
    """How many there are from `low` to `high`, and where they are listed."""

    low: float
    high: float
    count: float
    href: str = ""


def histogram(bins: Sequence[Bin], unit: str, *, name: str, past: Series | None = None) -> Figure:
    """Bars of equal width with the bounds of each in words: bins may be of any widths. `past` has
    a value for each bin.
    """
    series = Series(
        name=name,
        values=[one.count for one in bins],
        hrefs=[one.href for one in bins],
    )
    words = [f"{written(one.low, unit)} – {written(one.high, unit)}" for one in bins]
    ticks = range(0, len(bins), max(1, math.ceil(len(bins) / 8)))
    trace = _common(series, COUNT) | {
        "type": "bar",
        "x": list(range(len(bins))),
        "y": numbers(series.values),
        "width": 0.94,
        "text": words,
        "textposition": "none",
        "hovertemplate": "%{text}<br><b>%{hovertext}</b><extra></extra>",
    }
    return {
        "data": [trace, *([_stepped(past)] if past else [])],
        "layout": {
            "xaxis": {
                "tickmode": "array",
                "tickvals": [at - 0.5 for at in ticks],
                "ticktext": [written(bins[at].low, unit) for at in ticks],
            },
            "yaxis": {"rangemode": "tozero", **AXIS[COUNT]},
            "hovermode": "closest",
        },
    }


def _stepped(past: Series) -> Figure:
    """A dotted line over the bars."""
    return _common(past, COUNT) | {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(past.values))),
        "y": numbers(past.values),
        "line": {"width": 1.6, "dash": "dot", "shape": "hvh"},
        "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
    }


def heat(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[Number]],
    unit: str,
    *,
    hrefs: Sequence[Sequence[str]] = (),
) -> Figure:
    """`values[row][column]`; the first row is at the bottom. None is an empty field."""
    return {
        "data": [
            {
                "type": "heatmap",
                "x": list(range(len(columns))),
                "y": list(range(len(rows))),
                "z": [numbers(line) for line in values],
                "text": [[f"{_safe(column)}, {_safe(row)}" for column in columns] for row in rows],
                "hovertext": [[written(one, unit) for one in line] for line in values],
                "customdata": [list(line) for line in hrefs] or None,
                "meta": {"tone": "accent", "rows": ""},
                "hovertemplate": "%{text}<br><b>%{hovertext}</b><extra></extra>",
                "xgap": 1,
                "ygap": 1,
                "hoverongaps": False,
                "colorbar": {"thickness": 8, "outlinewidth": 0, **AXIS.get(unit, {})},
            }
        ],
        "layout": {
            "xaxis": _steps(columns, ROOM_ACROSS),
            "yaxis": {**_steps(rows, ROOM_UP), "automargin": True},
            "hovermode": "closest",
        },
    }


def pie(names: Sequence[str], values: Sequence[Number], unit: str, hrefs: Sequence[str]) -> Figure:
    """Shares of a whole. `meta.tones` has a colour for each."""
    return {
        "data": [
            {
                "type": "pie",
                "labels": [label(name, at) for at, name in enumerate(names)],
                "values": numbers(values),
                "hovertext": [written(one, unit) for one in values],
                "customdata": list(hrefs),
                "meta": {"tones": [tone(at) for at in range(len(names))], "rows": ""},
                "hovertemplate": "<b>%{label}</b> %{hovertext} (%{percent})<extra></extra>",
                "textinfo": "percent",
                "hole": 0.55,
                "sort": False,
            }
        ],
        "layout": {"hovermode": "closest"},
    }


def tone(at: int) -> str:
    """The colour of the n-th series."""
    return TONES[at % len(TONES)]


def numbers(values: Iterable[Number]) -> list[float | int | None]:
    """As JSON has them; what is no number is a gap."""
    return [
        None
        if one is None or not math.isfinite(one)
        else (one if isinstance(one, int) else float(one))
        for one in values
    ]


def local(nanoseconds: int, zone: str) -> str:
    """The time in the zone without its name, as plotly's axes have it."""
    at = datetime.fromtimestamp(nanoseconds // NS, ZoneInfo(zone))
    return f"{at:%Y-%m-%d %H:%M:%S}"


def label(name: str, at: int) -> str:
    """A name on an axis, cut to what fits. Plotly draws a little HTML, of which names have none."""
    return _safe(name) if name.strip() else "–" + "\u200b" * at


def _safe(name: str) -> str:
    shown = name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…"
    return escape(shown, quote=False)


def _steps(names: Sequence[str], room: int) -> dict[str, Any]:
    """Labels of some of the places, so that they have so many characters in all."""
    longest = max((len(name) for name in names), default=0) + 3
    step = max(1, math.ceil(len(names) * longest / room))
    places = list(range(0, len(names), step))
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [_safe(names[at]) for at in places],
    }


def _common(one: Series, unit: str) -> Figure:
    return {
        "name": _safe(one.name) or "–",
        "hovertext": [written(value, unit) for value in one.values],
        "customdata": list(one.hrefs) if any(one.hrefs) else None,
        "meta": {"tone": one.tone, "rows": one.rows, "before": one.is_before},
        "showlegend": False,
    }
