"""What figures of boards are counted in: as people read them, and as axes are labelled."""

import math
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from traces.axes import SCORE, SHARE
from traces.templatetags.trace_figures import quantity

TEXT, TIME = "text", "time"
NS = 1_000_000_000
Value = str | int | float | Decimal | None


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
