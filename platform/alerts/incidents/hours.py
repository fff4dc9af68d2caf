"""Hours of the week in which nobody is told, by the clock on the wall of a zone. Pure.

A moment is converted to the wall's clock, never the other way about, so that an hour that summer
time skips or shows twice needs no rule of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

MINUTES = 24 * 60
MOST_SPANS = 20


@dataclass(frozen=True, slots=True)
class QuietHours:
    """`weekdays` (0 is Monday) on which it begins; from the minute of the day `begin` (included) to
    `end` (not). Where `end` is not after `begin` it goes on to that minute of the next day.
    """

    weekdays: frozenset[int]
    begin: int
    end: int
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError(_("Weekdays are numbers from 0 (Monday) to 6."))
        if not (0 <= self.begin < MINUTES and 0 <= self.end <= MINUTES):
            raise ValueError(_("Times are minutes of a day."))
        ZoneInfo(self.zone)

    def holds(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        minute, today = local.hour * 60 + local.minute, local.weekday()
        if self.begin < self.end:
            return today in self.weekdays and self.begin <= minute < self.end
        yesterday = (today - 1) % 7
        return (today in self.weekdays and minute >= self.begin) or (
            yesterday in self.weekdays and minute < self.end
        )


def is_quiet(hours: Iterable[QuietHours], at: datetime) -> bool:
    return any(one.holds(at) for one in hours)
