"""What a rule would say now, and how often it would have fired lately."""

from dataclasses import dataclass

from alerts.rules.backtesting import MOST_BUCKETS, Backtest, backtest
from alerts.rules.definition import Definition

WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`value` is of the last bucket that has one, the worst segment's; what it is held against is
    in the same unit. `seconds` is how far back was looked.
    """

    value: float | None
    firings: int
    seconds: int
    is_firing: bool
    is_empty: bool  # nothing at all was measured


def tried(project_id: str, definition: Definition, now: int) -> Tried:
    """Over a week, or as much of it as a back-test takes. Seconds. Raises what `backtest` does."""
    width = definition.width
    until = (now - definition.lag_seconds) // width * width
    seconds = min(WEEK, MOST_BUCKETS * width)
    found = backtest(project_id, definition, until - seconds, until)
    return Tried(
        value=_last(found),
        firings=len(found.firings),
        seconds=seconds,
        is_firing=any(one.resolved is None for one in found.firings),
        is_empty=not any(one.point.samples for some in found.readings.values() for one in some),
    )


def _last(found: Backtest) -> float | None:
    values = []
    for readings in found.readings.values():
        known = [one for one in readings if one.value is not None]
        if known:
            values.append((known[-1].end, known[-1].value or 0.0))
    return max(values)[1] if values else None
