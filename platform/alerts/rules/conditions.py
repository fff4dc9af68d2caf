"""The kinds of conditions that a rule may have, as values. What makes no sense raises WrongRule.

How each is judged stands in `judging.py` and the modules it names.
"""

import math
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from alerts.incidents.models import MAX_ID
from alerts.incidents.tiers import Tier
from alerts.rules.points import Limit, Side

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
MOST_LIMITS = 3
MOST_SIGNALS = 8
MOST_SAMPLES = 1_000_000


class WrongRule(ValueError):
    """The rule makes no sense; the text says what to change."""


def check(is_right: bool, what: str) -> None:
    if not is_right:
        raise WrongRule(what)


def check_limits(limits: tuple[Limit, ...], side: Side) -> None:
    """Each tier once, and a higher tier further out."""
    check(0 < len(limits) <= MOST_LIMITS, _("A condition has one limit for each of its tiers."))
    check(all(math.isfinite(one.value) for one in limits), _("A limit is a number."))
    ordered = sorted(limits, key=lambda one: one.tier.rank)
    check(len({one.tier for one in ordered}) == len(ordered), _("Each tier has one limit."))
    values = [one.value if side != Side.BELOW else -one.value for one in ordered]
    check(values == sorted(values), _("The limit of a higher tier lies further out."))


def check_samples(least: int) -> None:
    check(0 <= least <= MOST_SAMPLES, _("The least number of samples is between 0 and a million."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The value itself. `recovery` is where it is over (hysteresis); `is_sure` asks of rates that
    the whole Wilson interval is beyond the limit, so that 1 of 5 is no error rate of 20 %.
    """

    side: Side = Side.ABOVE
    limits: tuple[Limit, ...]
    recovery: float | None = None
    least_samples: int = 0
    is_sure: bool = False

    def __post_init__(self) -> None:
        check(self.side != Side.EITHER, _("A threshold is above or below."))
        check_limits(self.limits, self.side)
        check_samples(self.least_samples)
        if self.recovery is not None:
            values = [one.value for one in self.limits]
            is_inside = (
                self.recovery <= min(values)
                if self.side == Side.ABOVE
                else self.recovery >= max(values)
            )
            check(is_inside, _("The recovery limit lies on the good side of all limits."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The value in per cent more (or less, below 0) than the mean of an earlier time, which begins
    `back_seconds` before the bucket and lasts `span_seconds`. Limits below are written as they are
    meant: −50 is half of it.
    """

    side: Side = Side.ABOVE
    limits: tuple[Limit, ...]
    back_seconds: int = DAY
    span_seconds: int = HOUR
    recovery: float | None = None
    least_samples: int = 0

    def __post_init__(self) -> None:
        check_limits(self.limits, self.side)
        check_samples(self.least_samples)
        check(
            0 < self.span_seconds <= self.back_seconds <= 5 * WEEK,
            _("The time compared with lies wholly before, five weeks at most."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """How many standard deviations the value is from what is usual at this hour of the week: the
    median of the last `weeks`, the deviation from the MAD and never less than the floors. It begins
    where `bad` of the last `of` buckets are beyond the limit, and is over after `calm` within
    `recovery`. With less than `learn_days` of history it tells nothing above info.
    """

    side: Side = Side.ABOVE
    limits: tuple[Limit, ...] = (Limit(Tier.WARNING, 3.0),)
    recovery: float = 2.0
    bad: int = 3
    of: int = 5
    calm: int = 3
    weeks: int = 4
    relative_floor: float = 0.05
    absolute_floor: float = 0.0
    is_rate: bool = False
    least_samples: int = 1
    learn_days: int = 7

    def __post_init__(self) -> None:
        check(all(one.value > 0 for one in self.limits), _("Limits are distances: above 0."))
        check_limits(self.limits, Side.ABOVE)
        check_samples(self.least_samples)
        check(0 < self.bad <= self.of <= 20 and 0 < self.calm <= 20, _("Buckets: 1 to 20."))
        check(1 <= self.weeks <= 4 and 0 <= self.learn_days <= 28, _("One to four weeks."))
        check(
            0 <= self.recovery <= min(one.value for one in self.limits), _("Recovery lies inside.")
        )
        check(self.relative_floor >= 0 and self.absolute_floor >= 0, _("Floors are 0 or more."))


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """Bad enough where the budget burns faster than `burn` both in the long time and the short."""

    tier: Tier
    long_seconds: int
    short_seconds: int
    burn: float


STANDARD_WINDOWS = (
    BurnWindow(Tier.CRITICAL, HOUR, 5 * MINUTE, 14.4),
    BurnWindow(Tier.CRITICAL, 6 * HOUR, 30 * MINUTE, 6.0),
    BurnWindow(Tier.WARNING, DAY, 2 * HOUR, 3.0),
    BurnWindow(Tier.WARNING, 3 * DAY, 6 * HOUR, 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnRate:
    """How fast the errors that an objective allows are used up, in several windows (Site
    Reliability Workbook, chapter 5). The value is the share of the bad; with `counts_good`, of the
    good. `is_sure` takes the lower end of the Wilson interval of the long window.
    """

    objective: float
    windows: tuple[BurnWindow, ...] = STANDARD_WINDOWS
    counts_good: bool = False
    least_samples: int = 0
    is_sure: bool = False

    def __post_init__(self) -> None:
        check(0 < self.objective < 1, _("An objective lies between 0 and 1: 0.999 is 99.9 %."))
        check(0 < len(self.windows) <= 6, _("One to six windows."))
        check_samples(self.least_samples)
        for one in self.windows:
            check(
                0 < one.short_seconds < one.long_seconds <= 3 * DAY and one.burn > 0,
                _("A short window is part of its long one, which has three days at most."),
            )


class Period:
    DAY, WEEK, MONTH = "day", "week", "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What was spent of an amount since the day, week or month began in the rule's zone, in per
    cent. `projected` takes what it comes to at this pace instead, once a tenth of the time is over.
    """

    amount: float
    period: str = Period.DAY
    limits: tuple[Limit, ...] = (Limit(Tier.WARNING, 80.0), Limit(Tier.CRITICAL, 100.0))
    projected: bool = False

    def __post_init__(self) -> None:
        check(0 < self.amount < 1e12, _("The amount is above 0."))
        check(self.period in (Period.DAY, Period.WEEK, Period.MONTH), _("A day, week or month."))
        check_limits(self.limits, Side.ABOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoData:
    """Fewer things than `least_samples` in a bucket."""

    tier: Tier = Tier.WARNING
    least_samples: int = 1

    def __post_init__(self) -> None:
        check(1 <= self.least_samples <= MOST_SAMPLES, _("At least 1."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One of the weak signals: what it measures is the rule's measure of this number."""

    name: str
    weight: float = 1.0
    side: Side = Side.ABOVE
    is_rate: bool = False
    absolute_floor: float = 0.0
    least_samples: int = 1

    def __post_init__(self) -> None:
        check(0 < self.weight <= 100, _("A weight is above 0."))
        check(self.side != Side.EITHER, _("A signal is bad above or below."))
        check_samples(self.least_samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """Several weak signals at once: S. A. Stouffer's sum of their deviations, corrected for how
    they go together in calm times. At least `least_signals` are `each` or more by themselves.
    """

    signals: tuple[Signal, ...]
    limits: tuple[Limit, ...] = (Limit(Tier.CRITICAL, 3.0),)
    recovery: float = 2.0
    each: float = 1.5
    least_signals: int = 2
    weeks: int = 4
    relative_floor: float = 0.05
    learn_days: int = 7
    correlation: float | None = field(default=None)  # of each pair; None learns it

    def __post_init__(self) -> None:
        names = {one.name for one in self.signals}
        check(2 <= len(names) == len(self.signals) <= MOST_SIGNALS, _("Two to eight signals."))
        check_limits(self.limits, Side.ABOVE)
        check(
            0 < self.recovery <= min(one.value for one in self.limits), _("Recovery lies inside.")
        )
        check(2 <= self.least_signals <= len(self.signals), _("Two signals at least."))
        check(self.each > 0 and 1 <= self.weeks <= 4, _("One to four weeks."))
        check(self.correlation is None or 0 <= self.correlation < 1, _("Between 0 and 1."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The newest verdict of a drift monitor is a drift, which nobody marked as expected. Without
    the id of a monitor it is of all the project's, each an alert of its own.
    """

    monitor: str = ""
    tier: Tier = Tier.WARNING

    def __post_init__(self) -> None:
        check(len(self.monitor) <= MAX_ID, _("There is no such monitor."))


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """A budget that the project keeps, in per cent of its amount: for each of its values by itself.
    `projected` is the tier of one that is not used up and will be at this pace; None leaves it.
    Without an id it is of all budgets.
    """

    budget: str = ""
    limits: tuple[Limit, ...] = (Limit(Tier.WARNING, 80.0), Limit(Tier.CRITICAL, 100.0))
    projected: Tier | None = Tier.WARNING

    def __post_init__(self) -> None:
        check(len(self.budget) <= MAX_ID, _("There is no such budget."))
        check_limits(self.limits, Side.ABOVE)
        check(all(one.value > 0 for one in self.limits), _("A share of a budget is above 0."))


# Of these the labels: what is judged elsewhere already is not measured here.
SOURCED: dict[type, tuple[str, ...]] = {
    Drift: ("monitor", "id"),
    BudgetState: ("budget", "value", "id"),
}
Condition = (
    Threshold | Change | Anomaly | BurnRate | Budget | NoData | Composite | Drift | BudgetState
)
