"""The chart of a rule: its value against what it is held, and when it fires. Pure; plotly's plain
dicts, whose colours are names of tones (static/charts.js).
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from alerts.incidents.course import Bucket
from alerts.incidents.figures import AXES, SHORT, Figure, written
from alerts.incidents.models import TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.backtesting import Backtest, Firing
from alerts.rules.conditions import Threshold
from alerts.rules.courses import drawn, unit
from alerts.rules.definition import Definition
from alerts.rules.measuring import Segment

TONES = {Tier.INFO: "accent", Tier.WARNING: "warn", Tier.CRITICAL: "bad"}
TIER_NAMES = dict(TIERS)


def noisiest(found: Backtest) -> Segment | None:
    """The segment that fired most, else the one with most samples: what is drawn first."""

    def loud(segment: Segment) -> tuple[int, int]:
        fired = sum(one.segment == segment for one in found.firings)
        return fired, sum(one.point.samples for one in found.readings[segment])

    return max(sorted(found.readings), key=loud, default=None)


def buckets_of(definition: Definition, found: Backtest, segment: Segment | None) -> list[Bucket]:
    """In the unit of courses.unit."""
    readings = found.readings.get(segment, ()) if segment is not None else ()
    return [drawn(definition.condition, one) for one in readings]


def of_backtest(
    definition: Definition,
    found: Backtest,
    zone: str,
    segment: Segment | None = None,
    firings: Iterable[Firing] | None = None,
) -> Figure:
    """Of one segment, the noisiest where none is named; with when it would have fired, or with
    these firings. What is not over is drawn to the end.
    """
    segment = noisiest(found) if segment is None else segment
    buckets = buckets_of(definition, found, segment)
    within, counted = ZoneInfo(zone), unit(definition)
    x = [_local(one.begin, within) for one in buckets]
    data = [*_band(x, buckets, counted), *_limits(definition, x, buckets, counted)]
    data.append(_line(_("Value"), x, [one.value for one in buckets], "accent", counted))
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "type": "date",
                "range": [_local(found.since, within), _local(found.until, within)],
            },
            "yaxis": {"rangemode": "tozero", **AXES.get(counted, SHORT)},
            "hovermode": "x unified",
            "meta": {"axis": "time"},
            "shapes": [
                {
                    "name": TONES[one.tier],
                    "x0": _local(max(one.fired, found.since), within),
                    "x1": _local(one.resolved or found.until, within),
                }
                for one in (found.firings if firings is None else firings)
                if one.segment == segment
            ],
        },
    }


def _limits(
    definition: Definition, x: Sequence[str], buckets: Sequence[Bucket], counted: str
) -> list[Figure]:
    """Each tier's where they do not move, else the one that each value was held against."""
    condition = definition.condition
    if isinstance(condition, Threshold):
        return [
            _line(
                str(_("Limit: %(tier)s") % {"tier": TIER_NAMES[str(one.tier)]}),
                x,
                [one.value] * len(x),
                TONES[one.tier],
                counted,
                is_limit=True,
            )
            for one in condition.limits
        ]
    values = [one.limit for one in buckets]
    if all(one is None for one in values):
        return []
    return [_line(_("Limit"), x, values, "bad", counted, is_limit=True)]


def _band(x: Sequence[str], buckets: Sequence[Bucket], counted: str) -> list[Figure]:
    """In which it is usual, as two lines with what lies between them filled. But for a score,
    nothing is less than nothing.
    """
    least = -math.inf if counted == "score" else 0.0
    places = [
        (at, max(one.low, least), one.high)
        for at, one in zip(x, buckets, strict=True)
        if one.low is not None and one.high is not None
    ]
    if not places:
        return []
    edge = {
        "type": "scatter",
        "mode": "lines",
        "name": _("Usual"),
        "x": [at for at, _low, _high in places],
        "line": {"width": 0},
        "hoverinfo": "skip",
        "meta": {"tone": "ink-3", "rows": "", "in_legend": False},
    }
    return [
        {**edge, "y": _finite(low for _at, low, _high in places)},
        {
            **edge,
            "y": _finite(high for _at, _low, high in places),
            "fill": "tonexty",
            "meta": {**edge["meta"], "in_legend": True},
        },
    ]


def _line(
    name: str,
    x: Sequence[str],
    values: Sequence[float | None],
    tone: str,
    counted: str,
    *,
    is_limit: bool = False,
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines" if is_limit else "lines+markers",
        "name": name,
        "x": list(x),
        "y": _finite(values),
        "connectgaps": False,
        "line": {"width": 1.4 if is_limit else 1.6, "dash": "dash" if is_limit else "solid"},
        "marker": {"size": _sizes(values)},
        "hovertext": [written(one, counted) for one in values],
        "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
        "meta": {"tone": tone, "rows": "", "in_legend": True},
    }


def _sizes(values: Sequence[float | None]) -> list[int]:
    """A value between two unknown ones is in no line, and has to be seen by itself."""
    around = [None, *values, None]
    usual = 3 if len(values) < 80 else 1
    return [
        5 if before is None and after is None else usual
        for before, after in zip(around, around[2:], strict=False)
    ]


def _finite(values: Iterable[float | None]) -> list[float | None]:
    return [one if one is None or math.isfinite(one) else None for one in values]


def _local(seconds: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S}"
