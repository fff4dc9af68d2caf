"""What figures of boards are counted in: as people read them, and as axes are labelled."""

import math
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from traces.templatetags.trace_figures import quantity

TEXT, TIME = "text", "time"
# As traces.queries.metrics has them.
COUNT, TOKENS, DOLLARS, SECONDS = "count", "tokens", "dollars", "seconds"
SHARE, SCORE, RATE = "share", "score", "tokens/s"
NS = 1_000_000_000
Value = str | int | float | Decimal | None

# How plotly writes them on an axis (d3-format).
WHOLE = {  # by the distance of two ticks
    "tickformatstops": [
        {"dtickrange": [None, 1], "value": ".2~f"},
        {"dtickrange": [1, None], "value": ".3~s"},
    ]
}
AXIS: dict[str, dict[str, Any]] = {
    COUNT: WHOLE,
    TOKENS: WHOLE,
    DOLLARS: {
        "tickprefix": "$",
        "tickformatstops": [  # by the distance of two ticks
            {"dtickrange": [None, 0.01], "value": ".4~f"},
            {"dtickrange": [0.01, 1], "value": ".2~f"},
            {"dtickrange": [1, 1000], "value": ",.0f"},
            {"dtickrange": [1000, None], "value": ".3~s"},
        ],
    },
    SECONDS: {"tickformat": "~s", "ticksuffix": "s"},
    SHARE: {"tickformat": ".3~%"},
    SCORE: {"tickformat": ".3~g"},
    RATE: {"tickformat": ".3~s", "ticksuffix": "/s"},
}


def written(value: Value, unit: str, zone: str = "UTC") -> str:
    """As a cell or a tile says it; a dash where nothing is known. Times are nanoseconds."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    if unit == TIME:
        return moment(int(value), zone)
    return quantity(value, unit)


def change(now: float | None, before: float | None, unit: str) -> str:
    """Against the time before: in per cent of it, or in points where it is a share or a score."""
    if now is None or before is None:
        return ""
    if unit == SHARE:
        return f"{(now - before) * 100:+.2g} pt".replace("-", "−")
    if unit == SCORE:
        return f"{now - before:+.2g}".replace("-", "−")
    if not before:
        return ""
    return f"{(now - before) / before * 100:+.0f} %".replace("-", "−")


def moment(nanoseconds: int, zone: str) -> str:
    """To the minute, in the zone."""
    at = datetime.fromtimestamp(nanoseconds // NS, ZoneInfo(zone))
    return f"{at:%Y-%m-%d %H:%M}"
