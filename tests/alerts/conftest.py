"""Traffic straight into the store, and rules over it, at moments of a Monday in the past."""

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

MONDAY = 1_794_787_200  # 2026-11-16 00:00 UTC
SECOND = 1_000_000_000


@pytest.fixture
def at() -> Callable[[float], datetime]:
    """So many seconds after the Monday began."""
    return lambda seconds: datetime.fromtimestamp(MONDAY + seconds, UTC)


@pytest.fixture
def traffic(project) -> Callable:
    """`traffic(60, 20, errors=4, model="gpt-5")`: calls in the minute that begins 60 seconds after
    the Monday did, each of a second.
    """
    from traces.records import Span
    from traces.writer import insert_spans

    numbers = itertools.count()

    def stored(second: float, calls: int, *, errors: int = 0, took: float = 1, **fields) -> None:
        rows = []
        for number in range(calls):
            start = int((MONDAY + second + number * 59 / calls) * SECOND)
            name = f"c{next(numbers)}"
            level = "ERROR" if number < errors else "DEFAULT"
            ended = start + int(took * SECOND)
            told = {"level": level, "version": time.time_ns(), "received_at": start, **fields}
            rows.append(Span(project.id, name, name, start, end_time=ended, **told))
        insert_spans(rows)

    return stored


@pytest.fixture
def make_rule(project) -> Callable:
    """`make_rule(condition, measure="error_rate", bucket="minute", …)`."""
    from alerts.rules.changing import made
    from alerts.rules.definition import Definition, Measured

    def rule(condition, *, name="Errors", measured=None, **options):
        told = {key: options.pop(key) for key in list(options) if key in Measured.__slots__}
        options.setdefault("bucket", "minute")
        options.setdefault("lag_seconds", 0)
        wanted = Definition(
            measured=measured or (Measured(**told),), condition=condition, **options
        )
        return made(project, name, wanted)

    return rule
