"""What figures of boards are counted in: as people read them, and as axes are labelled."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma

from traces.templatetags.trace_figures import dollars, duration

TEXT, TIME = "text", "time"
COUNT, TOKENS, DOLLARS, SECONDS, SHARE, SCORE, RATE = (
    "count",
    "tokens",
    "dollars",
    "seconds",
    "share",
    "score",
    "rate",
)
NS = 1_000_000_000
Value = str | int | float | Decimal | None

# How plotly writes them (d3-format): on an axis, and on hover.
AXIS = {
    COUNT: {"tickformat": "~s"},
    TOKENS: {"tickformat": "~s"},
    DOLLARS: {"tickformat": "~s", "tickprefix": "$"},
    SECONDS: {"tickformat": "~s", "ticksuffix": "s"},
    SHARE: {"tickformat": ".3~%"},
    SCORE: {"tickformat": ".3~g"},
    RATE: {"tickformat": ".3~s", "ticksuffix": "/s"},
}
HOVER = {
    COUNT: "%{y:,.6~g}",
    TOKENS: "%{y:,.8~g} tokens",
    DOLLARS: "$%{y:,.5~g}",
    SECONDS: "%{y:,.3~s}s",
    SHARE: "%{y:.2%}",
    SCORE: "%{y:.3~g}",
    RATE: "%{y:,.3~g} tokens/s",
}


def written(value: Value, unit: str, zone: str = "UTC") -> str:
    """As a cell or a tile says it; a dash where nothing is known. Times are nanoseconds."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if unit == TIME:
        return moment(int(value), zone)
    return _number(value, unit)


def _number(value: int | float | Decimal, unit: str) -> str:
    match unit:
        case "dollars":
            return dollars(Decimal(str(value)))
        case "seconds":
            return duration(round(float(value) * NS))
        case "share":
            return f"{float(value) * 100:.3g} %" if abs(value) < 1 else f"{float(value) * 100:.0f} %"
        case "count" | "tokens":
            return intcomma(round(value)) if value == round(value) else f"{float(value):,.2f}"
        case "rate":
            return f"{float(value):.3g} /s"
    return f"{float(value):.3g}"


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
