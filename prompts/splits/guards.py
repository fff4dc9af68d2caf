"""What would stop a canary. Pure.

A guard trips when it is sure that the candidate is worse than the base by more than its limit. It
is looked at again and again, and each look is another chance to be wrong: what a look may be wrong
by is spent so that all looks of all guards of a canary together are wrong ALPHA of the time at most
(K. K. G. Lan, D. L. DeMets, “Discrete sequential boundaries for clinical trials”, Biometrika 70
(1983), on spending it; 6/(π²k²) sums to 1 over all looks k, so no number of them is too many).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from prompts import bounds
from prompts.observing import score_difference
from traces.queries.prompt_guards import Observed

ALPHA = 0.01  # of a whole canary
GROWTH = 10  # percent more of the candidate are worth another look
FEWEST = 20  # costs or scores of each version before a guard says anything
FEWEST_LATENCIES = 100  # with fewer, hardly anything lies beyond the 95th percentile
FEWEST_CALLS = 5  # for the share of errors, whose interval is good for few as well


class State(StrEnum):
    HOLDS = "holds"
    TRIPPED = "tripped"
    UNKNOWN = "unknown"  # too little data, or figures that are no numbers


STATES = {
    State.HOLDS: _("Holds"),
    State.TRIPPED: _("Tripped"),
    State.UNKNOWN: _("Too little data"),
}
TOO_LARGE = _("Figures too large to reckon with")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard found: how much worse the candidate is, between its bounds, and over how many
    observations of it and of the base; at which look that counts, and how much there was of the
    candidate then.
    """

    key: str
    state: State
    limit: float
    n: int
    base_n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    look: int = 0
    size: int = 0

    def kept(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Guard:
    """`measure` gives how much worse the candidate is with some confidence, `counts` over how much
    of each; `size` is how much there is, drawn from or not.
    """

    key: str
    title: Any
    unit: str  # "×" of a ratio, "" of a difference
    counts: Callable[[Observed], int]
    measure: Callable[[Observed, Observed, float], bounds.Interval]
    fewest: int
    size: Callable[[Observed], int]


def _latency(ours: Observed, base: Observed, confidence: float) -> bounds.Interval:
    return bounds.quantile_ratio(ours.latencies_ms, base.latencies_ms, 0.95, confidence)


def _cost(ours: Observed, base: Observed, confidence: float) -> bounds.Interval:
    mine, theirs = bounds.sample_of(ours.costs), bounds.sample_of(base.costs)
    return bounds.sample_ratio(mine, theirs, confidence)


def _errors(ours: Observed, base: Observed, confidence: float) -> bounds.Interval:
    """In percentage points."""
    of = bounds.exact_share_difference
    found = of(ours.errors, ours.calls, base.errors, base.calls, confidence)
    return bounds.Interval(100 * found.low, 100 * found.estimate, 100 * found.high)


def _fall(ours: Observed, base: Observed, confidence: float) -> bounds.Interval:
    return score_difference(base, ours, confidence, bounds.exact_share_difference)


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
            lambda seen: seen.calls,
        ),
        Guard(
            "latency_ratio",
            _("Latency (95th percentile), to the base's"),
            "×",
            lambda seen: len(seen.latencies_ms),
            _latency,
            FEWEST_LATENCIES,
            lambda seen: seen.calls,
        ),
        Guard(
            "cost_ratio",
            _("Mean cost of a call, to the base's"),
            "×",
            lambda seen: len(seen.costs),
            _cost,
            FEWEST,
            lambda seen: seen.costed,
        ),
        Guard(
            "score_fall",
            _("Mean score, less than the base's"),
            "",
            lambda seen: seen.score_count,
            _fall,
            FEWEST,
            lambda seen: seen.score_count,
        ),
    )
}


def confidence_at(look: int, guards: int) -> float:
    """One-sided, at a guard's so manieth look, of so many guards."""
    return 1 - ALPHA / guards * 6 / (math.pi * look) ** 2


def judged(
    limits: Mapping[str, float],
    ours: Observed,
    base: Observed,
    before: Mapping[str, dict[str, Any]],
) -> list[Finding]:
    """Each guard with its limit, `before` being what was kept of the looks before this one."""
    return [
        _judged(GUARDS[key], limits, ours, base, before.get(key, {"key": key})) for key in limits
    ]


def _judged(
    guard: Guard,
    limits: Mapping[str, float],
    ours: Observed,
    base: Observed,
    before: dict[str, Any],
) -> Finding:
    limit, size = limits[guard.key], guard.size(ours)
    n, base_n = guard.counts(ours), guard.counts(base)
    looks, seen = before.get("look", 0), before.get("size", 0)
    if looks and before.get("state") == State.HOLDS and 100 * size < (100 + GROWTH) * seen:
        return Finding(**before)
    unknown = Finding(guard.key, State.UNKNOWN, limit, n, base_n, look=looks, size=seen)
    if min(n, base_n) < guard.fewest:
        return unknown
    try:
        found = guard.measure(ours, base, confidence_at(looks + 1, len(limits)))
    except ArithmeticError:
        return unknown
    if not bounds.is_finite(found):
        return unknown
    state = State.TRIPPED if found.low > limit else State.HOLDS
    told = (found.estimate, found.low, found.high)
    return Finding(guard.key, state, limit, n, base_n, *told, looks + 1, size)


def is_too_large(finding: Mapping[str, Any]) -> bool:
    """Whether a guard that cannot tell had enough to go by."""
    is_unknown = finding.get("state") == State.UNKNOWN
    return is_unknown and min(finding["n"], finding["base_n"]) >= GUARDS[finding["key"]].fewest
