"""From which times the two sides of a monitor are taken. Pure: the clock is an argument.

All windows are half open: their start belongs to them, their end does not. Hours of the clock are
those of the monitor's zone, so "the same hours last week" are the same hours on the clock where
summer time began in between; lengths are of real time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

WEEK = timedelta(days=7)
MOST_WEEKS = 8
LONGEST = timedelta(days=400)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class BaselineKind(StrEnum):
    FIXED = "fixed"
    ROLLING = "rolling"
    SAME_HOURS = "same_hours"
    SINCE = "since"
    DATASET = "dataset"


class InvalidBaseline(ValueError):
    """A baseline lacks what its kind needs. The message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Of aware moments in UTC."""

    start: datetime
    end: datetime

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """`current` is how long the current window is, `reference` how long that of ROLLING and the
    most of SINCE. FIXED takes `start` and `end`; SAME_HOURS as many `weeks`; SINCE a `start`, the
    moment of a release or of a prompt version; DATASET the id of one.
    """

    kind: BaselineKind
    current: timedelta = timedelta(days=1)
    reference: timedelta = timedelta(days=14)
    start: datetime | None = None
    end: datetime | None = None
    weeks: int = 4
    dataset: str = ""
    zone: str = "UTC"

    def __post_init__(self) -> None:
        self._check_lengths()
        self._check_moments()
        if self.kind is BaselineKind.DATASET and not self.dataset:
            raise InvalidBaseline(_("It takes a dataset."))
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidBaseline(_("There is no such time zone.")) from None

    def _check_lengths(self) -> None:
        if not all(timedelta() < one <= LONGEST for one in (self.current, self.reference)):
            message = _("A window is at most %(days)s days long, and not empty.")
            raise InvalidBaseline(message % {"days": LONGEST.days})
        if self.current > WEEK and self.kind is BaselineKind.SAME_HOURS:
            raise InvalidBaseline(
                _("Hours of a week are compared, so the window is a week at most.")
            )
        if not 1 <= self.weeks <= MOST_WEEKS:
            message = _("From 1 to %(most)s weeks are compared.")
            raise InvalidBaseline(message % {"most": MOST_WEEKS})

    def _check_moments(self) -> None:
        moments = [moment for moment in (self.start, self.end) if moment]
        if any(moment.tzinfo is None for moment in moments):
            raise InvalidBaseline(_("Moments have a time zone."))
        if any(moment < EARLIEST for moment in moments):
            message = _("Moments are not before %(year)s.")
            raise InvalidBaseline(message % {"year": EARLIEST.year})
        if self.kind is BaselineKind.FIXED and not (
            self.start and self.end and self.start < self.end
        ):
            raise InvalidBaseline(_("A fixed window has a start and a later end."))
        if self.kind is BaselineKind.SINCE and not self.start:
            raise InvalidBaseline(_("It takes the moment of a release or version."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The reference is of several windows together; of a dataset it has none. No window of the
    reference shares a moment with the current one.
    """

    reference: tuple[Window, ...]
    current: Window


def windows(baseline: Baseline, *, now: datetime) -> Windows:
    """At the moment `now`, which is aware. A window may be empty: nothing is known yet of a release
    in the future, or a fixed window has not begun.
    """
    end = now.astimezone(UTC)
    current = Window(start=end - baseline.current, end=end)
    reference: tuple[Window, ...]
    match baseline.kind:
        case BaselineKind.FIXED:
            reference = (_until(baseline.start, baseline.end, end - baseline.current),)
        case BaselineKind.ROLLING:
            reference = (Window(start=current.start - baseline.reference, end=current.start),)
        case BaselineKind.SAME_HOURS:
            reference = tuple(
                _weeks_before(current, back, ZoneInfo(baseline.zone))
                for back in range(baseline.weeks, 0, -1)
            )
        case BaselineKind.SINCE:
            assert baseline.start is not None  # held by Baseline
            begun = baseline.start.astimezone(UTC)
            current = Window(start=max(begun, current.start), end=end)
            reference = (Window(start=begun - baseline.reference, end=min(begun, end)),)
        case BaselineKind.DATASET:
            reference = ()
    return Windows(reference=reference, current=current)


def _until(start: datetime | None, end: datetime | None, latest: datetime) -> Window:
    """What lies before the current window."""
    assert start is not None and end is not None  # held by Baseline
    return Window(start=start.astimezone(UTC), end=min(end.astimezone(UTC), latest))


def _weeks_before(window: Window, weeks: int, zone: ZoneInfo) -> Window:
    """At the same hours of the clock. An hour that the clock skipped is the one after it, and of
    one that it has twice the first is meant.
    """
    start, end = (
        (moment.astimezone(zone).replace(tzinfo=None) - weeks * WEEK)
        .replace(tzinfo=zone)
        .astimezone(UTC)
        for moment in (window.start, window.end)
    )
    return Window(start=start, end=max(start, min(end, window.start)))
