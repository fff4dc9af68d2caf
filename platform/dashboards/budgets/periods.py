"""Days, weeks and months in a time zone: where each begins and ends. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, WEEK, MONTH = "day", "week", "month"
KINDS = (DAY, WEEK, MONTH)
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both of them in it, as the zone's calendar has them."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def since(self) -> int:
        """Its first nanosecond."""
        return begin_of(self.first, self.zone)

    @property
    def until(self) -> int:
        """The first nanosecond after it."""
        return begin_of(self.last + timedelta(days=1), self.zone)

    def elapsed(self, now: int) -> float:
        """How much of it is over, from 0 to 1; by the clock, so that a day of 23 hours is one."""
        return min(max((now - self.since) / (self.until - self.since), 0.0), 1.0)

    def each_day(self) -> Iterator[date]:
        for number in range(self.days):
            yield self.first + timedelta(days=number)


def begin_of(day: date, zone: str) -> int:
    """The first nanosecond of a day. Where clocks jump over midnight, it is where they land."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    return int(midnight.timestamp()) * NS


def day_of(moment: int, zone: str) -> date:
    """The day that it is at a nanosecond."""
    return datetime.fromtimestamp(moment // NS, ZoneInfo(zone)).date()


def hour_of(moment: int, zone: str) -> float:
    """The time of day, in hours with their fraction."""
    at = datetime.fromtimestamp(moment // NS, ZoneInfo(zone))
    return at.hour + at.minute / 60 + at.second / 3600


def period_at(moment: int, kind: str, zone: str) -> Period:
    """The period that a nanosecond is in. Weeks begin on Monday."""
    day = day_of(moment, zone)
    if kind == DAY:
        return Period(day, day, zone)
    if kind == WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6), zone)
    first = day.replace(day=1)
    return Period(first, _next_month(first) - timedelta(days=1), zone)


def next_of(period: Period, kind: str) -> Period:
    return period_at(period.until, kind, period.zone)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
