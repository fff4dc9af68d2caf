"""From readings to states: inactive → pending → firing → inactive again. Pure.

A bucket that was seen already changes nothing, so that an evaluation may be made again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from alerts.incidents.tiers import Step, Tier
from alerts.rules.conditions import DAY, check
from alerts.rules.points import Reading, Verdict

FLAPS = 3  # firings within …
FLAP_SECONDS = 2 * 3600
FLAP_QUIET_SECONDS = 1800  # … after which it has to be good for so long
MOST_SECONDS = 7 * DAY


class Phase(StrEnum):
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class NoDataPolicy(StrEnum):
    """What a bucket without anything is taken for."""

    KEEP = "keep"  # for what was before, for as long as `hold_seconds`
    GOOD = "good"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """How long something must be bad before it fires, and how long good before it is over.
    `hold_seconds`: a firing segment of which nothing is known for so long is over.
    """

    for_seconds: int = 0
    keep_firing_seconds: int = 0
    hold_seconds: int = 3600
    no_data: NoDataPolicy = NoDataPolicy.KEEP
    no_data_tier: Tier = Tier.WARNING

    def __post_init__(self) -> None:
        for seconds in (self.for_seconds, self.keep_firing_seconds, self.hold_seconds):
            check(0 <= seconds <= MOST_SECONDS, _("A time is between 0 and 7 days."))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Of one segment. `since` is the begin of the first bad bucket; `good_since` and
    `unknown_since` are set while it fires and is good, or unknown. `evaluated` is the end of the
    last bucket seen; `firings` are the last moments at which it began to fire.
    """

    phase: Phase = Phase.INACTIVE
    tier: Tier | None = None
    since: int | None = None
    good_since: int | None = None
    unknown_since: int | None = None
    evaluated: int = 0
    firings: tuple[int, ...] = ()

    @property
    def is_firing(self) -> bool:
        return self.phase == Phase.FIRING

    @property
    def is_flapping(self) -> bool:
        return len(self.firings) >= FLAPS

    @property
    def frozen_at(self) -> int | None:
        """From when on nothing is usual."""
        return self.since if self.phase != Phase.INACTIVE else None


@dataclass(frozen=True, slots=True)
class Transition:
    step: Step
    at: int
    tier: Tier
    reading: Reading


def stepped(state: State, reading: Reading, lasting: Lasting) -> tuple[State, Transition | None]:
    """The state after the bucket, and what changed for people."""
    if reading.end <= state.evaluated:
        return state, None
    state = replace(state, evaluated=reading.end, firings=_recent(state, reading.end))
    verdict, tier = _settled(reading, lasting)
    if state.is_firing:
        return _while_firing(state, reading, lasting, verdict, tier)
    if verdict != Verdict.BAD or tier is None:
        return replace(state, phase=Phase.INACTIVE, tier=None, since=None), None
    since = reading.point.begin if state.since is None else state.since
    if reading.end - since < lasting.for_seconds:
        return replace(state, phase=Phase.PENDING, tier=tier, since=since), None
    fired = replace(
        state,
        phase=Phase.FIRING,
        tier=tier,
        since=since,
        firings=(*state.firings, reading.end)[-FLAPS:],
    )
    return fired, Transition(Step.FIRED, reading.end, tier, reading)


def _recent(state: State, now: int) -> tuple[int, ...]:
    """Those that count as flapping. One that fires is none that ended."""
    return tuple(at for at in state.firings if now - at <= FLAP_SECONDS)


def _settled(reading: Reading, lasting: Lasting) -> tuple[Verdict, Tier | None]:
    if reading.verdict != Verdict.NO_DATA:
        return reading.verdict, reading.tier
    if lasting.no_data == NoDataPolicy.ALERT:
        return Verdict.BAD, lasting.no_data_tier
    return (Verdict.GOOD if lasting.no_data == NoDataPolicy.GOOD else Verdict.NO_DATA), None


def _while_firing(
    state: State, reading: Reading, lasting: Lasting, verdict: Verdict, tier: Tier | None
) -> tuple[State, Transition | None]:
    if verdict == Verdict.BAD and tier is not None:
        state = replace(state, good_since=None, unknown_since=None)
        if tier == state.tier:
            return state, None
        return replace(state, tier=tier), Transition(Step.TIER, reading.end, tier, reading)
    if verdict == Verdict.BETWEEN:
        return replace(state, good_since=None, unknown_since=None), None
    if verdict == Verdict.GOOD:
        since = reading.point.begin if state.good_since is None else state.good_since
        state = replace(state, good_since=since, unknown_since=None)
        is_over = reading.end - since >= _quiet(state, lasting)
    else:
        since = reading.point.begin if state.unknown_since is None else state.unknown_since
        state = replace(state, unknown_since=since)
        is_over = reading.end - since >= lasting.hold_seconds
    if not is_over:
        return state, None
    assert state.tier is not None
    over = Transition(Step.RESOLVED, reading.end, state.tier, reading)
    return State(evaluated=state.evaluated, firings=state.firings), over


def _quiet(state: State, lasting: Lasting) -> int:
    if state.is_flapping:
        return max(lasting.keep_firing_seconds, FLAP_QUIET_SECONDS)
    return lasting.keep_firing_seconds
