"""What a back-test comes to, as pages say it. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.incidents.figures import Figure
from alerts.incidents.tiers import Tier
from alerts.rules.applying import moment
from alerts.rules.backtesting import Backtest, Firing
from alerts.rules.definition import Definition
from alerts.rules.figures import noisiest, of_backtest
from alerts.rules.measuring import Segment
from alerts.rules.points import Reading, Verdict
from alerts.rules.words import judged_of, lasting, value_of

MOST_FIRINGS, MOST_SEGMENTS, MOST_VALUES = 50, 200, 200
VERDICTS = {
    Verdict.BAD: _("Bad"),
    Verdict.BETWEEN: _("Not yet over"),
    Verdict.GOOD: _("Fine"),
    Verdict.TOO_FEW: _("Too little to judge"),
    Verdict.NO_DATA: _("Nothing"),
}


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing in words. `seconds` is until it was over, or until the time ends."""

    firing: Firing
    labels: tuple[tuple[str, str], ...]
    seconds: int

    @property
    def at(self) -> datetime:
        return moment(self.firing.fired)

    @property
    def lasted(self) -> str:
        return lasting(self.seconds)


@dataclass(frozen=True, slots=True)
class Choice:
    """A segment that can be drawn; `key` names it in an address."""

    key: str
    words: str
    fired: int


@dataclass(frozen=True, slots=True)
class Value:
    """What one bucket said, in words."""

    at: datetime
    value: str
    held_against: str
    samples: int
    verdict: str
    is_bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """`seconds` is how long the alerts lasted together, `tiers` how many there were of each, the
    highest first; `fired` are the newest, `values` the newest buckets of the segment that is drawn.
    """

    count: int
    seconds: int
    tiers: tuple[tuple[Tier, int], ...]
    fired: tuple[Fired, ...]
    segments: tuple[Choice, ...]
    chosen: str
    figure: Figure
    values: tuple[Value, ...]
    unseen: int
    is_empty: bool

    @property
    def lasted(self) -> str:
        return lasting(self.seconds)

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.fired)


def tested(
    definition: Definition,
    found: Backtest,
    *,
    chosen: str = "",
    firings: Iterable[Firing] | None = None,
) -> Tested:
    """`chosen` is the key of a segment; what is none draws the noisiest. The chart shows `firings`
    in place of when it would have fired. Times are UTC.
    """
    segment = by_key(found, chosen)
    counts = Counter(one.tier for one in found.firings)
    newest = sorted(found.firings, key=lambda one: (-one.fired, one.segment))
    fired = tuple(_fired(definition, one, found.until) for one in newest)
    return Tested(
        count=len(fired),
        seconds=sum(one.seconds for one in fired),
        tiers=tuple(sorted(counts.items(), key=lambda one: -one[0].rank)),
        fired=fired[:MOST_FIRINGS],
        segments=_choices(definition, found),
        chosen=key_of(segment) if segment is not None else "",
        figure=of_backtest(definition, found, "UTC", segment, firings),
        values=_values(definition, found.readings.get(segment, ()) if segment is not None else ()),
        unseen=found.unseen,
        is_empty=not any(one.point.samples for all_ in found.readings.values() for one in all_),
    )


def key_of(segment: Segment) -> str:
    return json.dumps(segment, ensure_ascii=False, separators=(",", ":"))


def by_key(found: Backtest, key: str) -> Segment | None:
    return next((one for one in found.readings if key_of(one) == key), noisiest(found))


def _fired(definition: Definition, firing: Firing, until: int) -> Fired:
    labels = tuple(zip(definition.labels, firing.segment, strict=True))
    return Fired(firing, labels, (firing.resolved or until) - firing.fired)


def _choices(definition: Definition, found: Backtest) -> tuple[Choice, ...]:
    """Those that fired most first. A rule without segments has nothing to choose."""
    if not definition.labels:
        return ()
    ordered = sorted(found.firings, key=lambda one: one.segment)
    counts = {key: len(list(of)) for key, of in groupby(ordered, key=lambda one: one.segment)}
    segments = sorted(found.readings, key=lambda one: (-counts.get(one, 0), one))
    return tuple(
        Choice(key_of(one), words_of(definition, one), counts.get(one, 0))
        for one in segments[:MOST_SEGMENTS]
    )


def words_of(definition: Definition, segment: Segment) -> str:
    """“gpt-5 · chat”; ids of what has a name are left out."""
    pairs = zip(definition.labels, segment, strict=True)
    return " · ".join(value or gettext("(none)") for name, value in pairs if name != "id")


def _values(definition: Definition, readings: Sequence[Reading]) -> tuple[Value, ...]:
    return tuple(_value(definition, one) for one in reversed(readings[-MOST_VALUES:]))


def _value(definition: Definition, reading: Reading) -> Value:
    is_band = reading.low is not None and reading.high is not None
    if is_band:
        held = f"{value_of(definition, reading.low)} – {value_of(definition, reading.high)}"
        value = value_of(definition, reading.value)
    else:
        held = judged_of(definition, reading.limit)
        value = judged_of(definition, reading.value)
    return Value(
        at=moment(reading.point.begin),
        value=value,
        held_against=held,
        samples=reading.point.samples,
        verdict=str(VERDICTS[reading.verdict]),
        is_bad=reading.verdict == Verdict.BAD,
    )
