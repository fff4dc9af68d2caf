"""A rule as people write it: what is measured, when that is bad, for how long, and who is spared.

`stored.py` turns it into JSON and back.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from alerts.incidents.hours import MOST_SPANS, QuietHours
from alerts.rules.conditions import (
    DAY,
    HOUR,
    SOURCED,
    WEEK,
    Anomaly,
    Budget,
    BurnRate,
    Change,
    Composite,
    Condition,
    NoData,
    check,
)
from alerts.rules.lifecycle import Lasting
from traces.queries.metrics import OBSERVATIONS, SCORES, TRACES, Unanswerable
from traces.queries.metrics.buckets import zone_named
from traces.search.grammar import parsed

WIDTHS = {"minute": 60, "5m": 300, "10m": 600, "15m": 900, "30m": 1800, "hour": HOUR}
LEARNING_WIDTHS = ("15m", "30m", "hour")  # of four weeks there are few enough
MOST_DIMENSIONS, MOST_RULES, MOST_SCORES = 2, 50, 20
MAX_TEXT = 500
MOST_LAG = HOUR
LONGEST = {"day": DAY, "week": WEEK, "month": 31 * DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure of docs/metrics.md over the things that `query` finds. With `bad_query` it is the
    share of these that it finds as well, and the measure is not looked at.
    """

    view: str = OBSERVATIONS
    measure: str = "count"
    aggregation: str = ""
    query: str = ""
    bad_query: str = ""
    scores: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.view in (OBSERVATIONS, TRACES, SCORES), _("There is no such view."))
        check(len(self.scores) <= MOST_SCORES, _("Too many names of scores."))
        texts = (self.measure, self.aggregation, self.query, self.bad_query, *self.scores)
        check(all(len(text) <= MAX_TEXT for text in texts), _("A text is too long."))
        for query in (self.query, self.bad_query):
            for problem in parsed(query).problems:
                check(False, str(problem.message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`by` makes each combination of these dimensions an alert of its own; `group_by` are those of
    them that are told apart, the others come in one message. A bucket is evaluated `lag_seconds`
    after its end. `inhibits` are ids of rules whose alerts this one explains. What is critical and
    not acknowledged is told again every `repeat_seconds`, and a warning becomes critical after
    `escalate_seconds`; 0 is never. Without `channels` all of the project are told. What is
    judged elsewhere (conditions.SOURCED) has neither `measured` nor `by`.
    """

    measured: tuple[Measured, ...] = ()
    condition: Condition
    bucket: str = "5m"
    by: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    lasting: Lasting = field(default_factory=Lasting)
    lag_seconds: int = 60
    zone: str = "UTC"
    quiet: tuple[QuietHours, ...] = ()
    inhibits: tuple[str, ...] = ()
    repeat_seconds: int = 0
    escalate_seconds: int = 0
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check_measured()
        check(self.bucket in WIDTHS, _("There is no such bucket."))
        learns = isinstance(self.condition, Anomaly | Composite)
        check(
            not learns or self.bucket in LEARNING_WIDTHS,
            _("What learns what is usual needs buckets of 15 minutes or more."),
        )
        check(len(self.by) <= MOST_DIMENSIONS, _("Two dimensions at most."))
        check(len(set(self.by)) == len(self.by), _("Each dimension once."))
        check(
            set(self.group_by) <= set(self.labels),
            _("What is told apart is one of the dimensions."),
        )
        check(all(len(name) <= MAX_TEXT for name in self.by), _("A name is too long."))
        self._check_times()

    def _check_measured(self) -> None:
        if type(self.condition) in SOURCED:
            is_bare = not self.measured and not self.by
            check(
                is_bare, _("What is judged elsewhere is not measured, and has labels of its own.")
            )
            return
        wanted = len(self.condition.signals) if isinstance(self.condition, Composite) else 1
        check(len(self.measured) == wanted, _("Measure one thing, or one for each signal."))

    def _check_times(self) -> None:
        check(0 <= self.lag_seconds <= MOST_LAG, _("Late spans are waited for an hour at most."))
        for seconds in (self.repeat_seconds, self.escalate_seconds):
            check(seconds == 0 or 300 <= seconds <= WEEK, _("Between 5 minutes and a week."))
        check(len(self.quiet) <= MOST_SPANS, _("Too many quiet hours."))
        check(max(len(self.inhibits), len(self.channels)) <= MOST_RULES, _("Too many names."))
        try:
            zone_named(self.zone)
        except Unanswerable as error:
            check(False, str(error))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of an alert's labels."""
        return SOURCED.get(type(self.condition), self.by)

    @property
    def width(self) -> int:
        """Of a bucket, in seconds."""
        return WIDTHS[self.bucket]

    @property
    def looks_back_seconds(self) -> int:
        """How much is read of what was before the first bucket that is judged."""
        match self.condition:
            case Change(back_seconds=seconds):
                return seconds
            case Anomaly(weeks=weeks) | Composite(weeks=weeks):
                return weeks * WEEK + 20 * self.width
            case BurnRate(windows=windows):
                return max(one.long_seconds for one in windows)
            case Budget(period=period):
                return LONGEST[period] + HOUR
            case NoData():
                return 12 * HOUR if self.by else 0  # segments that were there lately
        return 0
