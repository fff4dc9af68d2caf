"""What would stop a canary. Pure.

A guard trips only when it is 99 % sure that the candidate is worse than the base by more than its
limit: it is looked at every minute, and each look is another chance to be wrong.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from prompts import bounds
from traces.queries.prompt_guards import Observed

CONFIDENCE = 0.99
FEWEST = 20  # latencies or costs of each version before a guard says anything
FEWEST_SCORES = 10
FEWEST_CALLS = 5  # for the share of errors, whose interval is good for few as well


class State(StrEnum):
    HOLDS = "holds"
    TRIPPED = "tripped"
    UNKNOWN = "unknown"  # too little data


STATES = {
    State.HOLDS: _("Holds"),
    State.TRIPPED: _("Tripped"),
    State.UNKNOWN: _("Too little data"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard found: how much worse the candidate is, between its bounds, and over how many
    observations of it and of the base.
    """

    key: str
    state: State
    limit: float
    n: int
    base_n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None

    def kept(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Guard:
    """`measure` gives how much worse the candidate is, `counts` over how much of each."""

    key: str
    title: Any
    unit: str  # "×" of a ratio, "" of a difference
    counts: Callable[[Observed], int]
    measure: Callable[[Observed, Observed], bounds.Interval]
    fewest: int


def _latency(ours: Observed, base: Observed) -> bounds.Interval:
    return bounds.quantile_ratio(ours.latencies_ms, base.latencies_ms, 0.95, CONFIDENCE)


def _cost(ours: Observed, base: Observed) -> bounds.Interval:
    return bounds.mean_ratio(ours.costs, base.costs, CONFIDENCE)


def _errors(ours: Observed, base: Observed) -> bounds.Interval:
    """In percentage points."""
    found = bounds.share_difference(ours.errors, ours.calls, base.errors, base.calls, CONFIDENCE)
    return bounds.Interval(100 * found.low, 100 * found.estimate, 100 * found.high)


def _fall(ours: Observed, base: Observed) -> bounds.Interval:
    return bounds.mean_difference(_scores(base), _scores(ours), CONFIDENCE)


def _scores(seen: Observed) -> bounds.Sample:
    return bounds.Sample(seen.score_count, seen.score_mean, seen.score_variance)


GUARDS = {
    guard.key: guard
    for guard in (
        Guard(
            "error_difference",
            _("Failed calls, percentage points above the base"),
            "",
            lambda seen: seen.calls,
            _errors,
            FEWEST_CALLS,
        ),
        Guard(
            "latency_ratio",
            _("Latency (95th percentile), to the base's"),
            "×",
            lambda seen: len(seen.latencies_ms),
            _latency,
            FEWEST,
        ),
        Guard(
            "cost_ratio",
            _("Mean cost of a call, to the base's"),
            "×",
            lambda seen: len(seen.costs),
            _cost,
            FEWEST,
        ),
        Guard(
            "score_fall",
            _("Mean score, less than the base's"),
            "",
            lambda seen: seen.score_count,
            _fall,
            FEWEST_SCORES,
        ),
    )
}


def judged(key: str, limit: float, ours: Observed, base: Observed) -> Finding:
    guard = GUARDS[key]
    n, base_n = guard.counts(ours), guard.counts(base)
    if min(n, base_n) < guard.fewest:
        return Finding(key, State.UNKNOWN, limit, n, base_n)
    found = guard.measure(ours, base)
    state = State.TRIPPED if found.low > limit else State.HOLDS
    return Finding(key, state, limit, n, base_n, found.estimate, found.low, found.high)
