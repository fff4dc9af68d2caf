"""When a rule would have fired, over what is stored. Nothing is written."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from alerts.incidents.tiers import Step, Tier
from alerts.rules.conditions import check
from alerts.rules.definition import Definition
from alerts.rules.judging import Seen
from alerts.rules.lifecycle import State
from alerts.rules.measuring import Segment, measured
from alerts.rules.points import Reading
from alerts.rules.walking import walked

MOST_BUCKETS = 3000  # a month by the quarter of an hour


@dataclass(frozen=True, slots=True)
class Firing:
    """From the first bad bucket; `resolved` is None where it would still fire."""

    segment: Segment
    began: int
    fired: int
    resolved: int | None
    tier: Tier  # the highest it had


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """From `since` to `until`, in whole buckets; `readings` are what each segment's said."""

    since: int
    until: int
    firings: tuple[Firing, ...]
    readings: dict[Segment, tuple[Reading, ...]]
    unseen: int


def backtest(project_id: str, definition: Definition, since: int, until: int) -> Backtest:
    """Of whole buckets between the moments (seconds). Raises WrongRule where there are too many,
    Unanswerable and Unavailable.
    """
    width = definition.width
    since, until = since // width * width, until // width * width
    message = _("Ask for 1 to %(most)s buckets.") % {"most": MOST_BUCKETS}
    check(0 < until - since <= MOST_BUCKETS * width, message)
    found = measured(project_id, definition, since, until)
    firings: list[Firing] = []
    readings = {}
    for segment, seen in sorted(found.seen.items()):
        fired, readings[segment] = _walked(definition, segment, seen, since)
        firings += fired
    return Backtest(
        since=since,
        until=until,
        firings=tuple(firings),
        readings=readings,
        unseen=found.unseen,
    )


def _walked(
    definition: Definition, segment: Segment, seen: Seen, since: int
) -> tuple[list[Firing], tuple[Reading, ...]]:
    firings, readings = [], []
    open_now: tuple[int, int, Tier] | None = None  # began, fired, tier
    for reading, state, change in walked(definition, seen, State(), since):
        readings.append(reading)
        if change is None:
            continue
        if change.step == Step.FIRED:
            open_now = (state.since or reading.point.begin, change.at, change.tier)
        elif open_now and change.step == Step.TIER:
            open_now = (*open_now[:2], max(open_now[2], change.tier, key=lambda one: one.rank))
        elif open_now:
            firings.append(Firing(segment, open_now[0], open_now[1], change.at, open_now[2]))
            open_now = None
    if open_now:
        firings.append(Firing(segment, open_now[0], open_now[1], None, open_now[2]))
    return firings, tuple(readings)
