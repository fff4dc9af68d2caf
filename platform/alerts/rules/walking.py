"""A segment's way through its buckets. Pure: evaluations and back-tests walk the same way."""

import math
from collections.abc import Iterator
from typing import Any

from alerts.rules.definition import Definition
from alerts.rules.judging import Seen, judge_of
from alerts.rules.lifecycle import State, Transition, stepped
from alerts.rules.points import Reading


def walked(
    definition: Definition, seen: Seen, state: State, since: int
) -> Iterator[tuple[Reading, State, Transition | None]]:
    """Bucket by bucket what is said of it, the state after it and what changed: of those that end
    after `since` and were not seen yet.
    """
    judge = judge_of(definition.condition, seen)
    for number, point in enumerate(seen.series):
        if point.end > since and point.end > state.evaluated:
            reading = judge(number, state.frozen_at)
            state, transition = stepped(state, reading, definition.lasting)
            yield reading, state, transition


def facts_of(reading: Reading) -> dict[str, Any]:
    """What is kept and told of a bucket: numbers and words, as JSON holds them. It knows no
    infinity, to which huge numbers add up: that is left out.
    """
    found = {
        "begin": reading.point.begin,
        "end": reading.point.end,
        "value": reading.value,
        "samples": reading.point.samples,
        "limit": reading.limit,
        "low": reading.low,
        "high": reading.high,
        "evidence": reading.evidence,
    }
    return _finite({name: value for name, value in found.items() if value is not None})


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        told = {name: _finite(one) for name, one in value.items()}
        return {name: one for name, one in told.items() if one is not None or value[name] is None}
    return None if isinstance(value, float) and not math.isfinite(value) else value
