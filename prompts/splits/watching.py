"""How a running split does, for its page."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prompts import bounds
from prompts.splits import guards
from prompts.splits.models import Canary, Split
from traces.errors import Unavailable
from traces.queries.prompt_guards import Observed, observed

SHOWN = 0.975  # one-sided: 95 % intervals


@dataclass(frozen=True, slots=True)
class Row:
    """One version of a split. Figures that nothing is known of are None."""

    number: int
    share: int
    place: int  # its colour
    start: int  # where its share begins in the bar
    seen: Observed | None

    @property
    def errors_percent(self) -> bounds.Interval | None:
        if self.seen is None or not self.seen.calls:
            return None
        found = bounds.share(self.seen.errors, self.seen.calls, SHOWN)
        return bounds.Interval(100 * found.low, 100 * found.estimate, 100 * found.high)

    @property
    def latency_ms(self) -> bounds.Interval | None:
        if self.seen is None or not self.seen.latencies_ms:
            return None
        return bounds.quantile(self.seen.latencies_ms, 0.95, SHOWN)

    @property
    def cost(self) -> float | None:
        return self.seen.cost / self.seen.costed if self.seen and self.seen.costed else None

    @property
    def score(self) -> float | None:
        return self.seen.score_mean if self.seen and self.seen.score_count else None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a guard of a canary found when it was last looked at."""

    title: Any
    unit: str
    state: str
    words: Any
    limit: float
    found: dict[str, Any]


def rows_of(split: Split) -> list[Row]:
    """The base first, then by number. Without figures while ClickHouse is away."""
    numbers = {split.base, *split.buckets}
    if split.is_canary:
        numbers.add(split.canary.candidate)
    seen = _seen(split, numbers)
    rows: list[Row] = []
    begin = 0
    ordered = sorted(numbers, key=lambda number: (number != split.base, number))
    for place, number in enumerate(ordered):
        share = split.shares.get(number, 0)
        rows.append(Row(number, share, place % 5, begin, seen.get(number)))
        begin += share
    return rows


def _seen(split: Split, numbers: set[int]) -> dict[int, Observed]:
    score = split.canary.score if split.is_canary else ""
    since = int(split.started_at.timestamp() * 1_000_000) * 1000
    try:
        return observed(
            split.prompt.project_id,
            split.prompt.name,
            numbers,
            since=since,
            until=max(time.time_ns(), since + 1),
            score=score,
        )
    except Unavailable:
        return {}


def judged(canary: Canary) -> list[Judged]:
    """Every guard with its limit, and what was found if it was looked at."""
    found = {one["key"]: one for one in canary.findings.get("guards", ())}
    unseen = {key: {"key": key, "limit": limit} for key, limit in canary.guards.items()}
    return judged_as(unseen | found)


def judged_as(findings: Mapping[str, dict[str, Any]]) -> list[Judged]:
    return [
        _judged(guard, findings[key]) for key, guard in guards.GUARDS.items() if key in findings
    ]


def _judged(guard: guards.Guard, found: dict[str, Any]) -> Judged:
    state = found.get("state", "")
    words = guards.STATES[guards.State(state)] if state else ""
    if guards.is_too_large(found):
        words = guards.TOO_LARGE
    return Judged(guard.title, guard.unit, state, words, found["limit"], found)
