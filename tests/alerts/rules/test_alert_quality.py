"""How soon rules notice, and how often they are wrong, over simulated weeks. With `-s` it prints
the table of docs/alert-quality.md.
"""

from dataclasses import dataclass

import pytest

from alerts.incidents.tiers import Step, Tier
from alerts.rules.conditions import (
    Anomaly,
    BurnRate,
    BurnWindow,
    Composite,
    Condition,
    Signal,
    Threshold,
)
from alerts.rules.definition import Definition, Measured
from alerts.rules.judging import Seen
from alerts.rules.lifecycle import Lasting, State
from alerts.rules.points import Limit, Series
from alerts.rules.walking import walked
from tests.alerts.rules.series import MONDAY
from tests.alerts.rules.simulated import BUCKETS, CALM, DAY, TROUBLES, WIDTH, Trouble, traffic

GRACE = 8  # buckets after the end of a trouble in which a firing is still one of it
WEEKS = (BUCKETS - CALM) / (7 * DAY)
QUARTERS = (  # of the standard windows those that buckets of 15 minutes can tell apart
    BurnWindow(Tier.CRITICAL, 6 * 3600, 1800, 6.0),
    BurnWindow(Tier.WARNING, 86_400, 7200, 3.0),
)
SIGNALS = (
    Signal(name="errors", is_rate=True, absolute_floor=0.02),
    Signal(name="latency"),
)


@dataclass(frozen=True)
class Found:
    """Of each trouble the minutes until it was noticed, None never; and false alarms a week."""

    delays: tuple[float | None, ...]
    false: float


@pytest.fixture(scope="module")
def simulated():
    return traffic()


def above(limit: float) -> Threshold:
    return Threshold(limits=(Limit(Tier.WARNING, limit),))


RULES: dict[str, tuple[Condition, tuple[int, ...]]] = {
    "static: errors > 5 %": (above(0.05), (0,)),
    "the same, surely so (Wilson)": (
        Threshold(limits=(Limit(Tier.WARNING, 0.05),), is_sure=True, least_samples=20), (0,)),
    "static: p95 > 4 s": (above(4.0), (1,)),
    "anomaly of errors": (Anomaly(is_rate=True, absolute_floor=0.02, least_samples=20), (0,)),
    "anomaly of p95": (Anomaly(), (1,)),
    "burn rate of 97 %": (BurnRate(objective=0.97, windows=QUARTERS), (0,)),
    "weak signals, both": (Composite(signals=SIGNALS), (0, 1)),
}  # fmt: skip


def found(condition: Condition, of: tuple[int, ...], simulated: tuple[Series, ...]) -> Found:
    series = tuple(simulated[number] for number in of)
    is_composite = isinstance(condition, Composite)
    wanted = Definition(
        measured=tuple(Measured() for _one in series),
        condition=condition,
        bucket="15m",
        lasting=Lasting(for_seconds=1800 if is_composite else 0, keep_firing_seconds=1800),
    )
    seen, since = Seen(series=series[0], signals=series), MONDAY + CALM * WIDTH
    fired = [
        (change.at - MONDAY) // WIDTH
        for _reading, _state, change in walked(wanted, seen, State(), since)
        if change and change.step == Step.FIRED
    ]
    seen_in = [one for one in TROUBLES if set(one.of) & set(of)]
    return Found(
        delays=tuple(_delay(one, fired) if one in seen_in else None for one in TROUBLES),
        false=sum(not _is_of_one(at, seen_in) for at in fired) / WEEKS,
    )


def _delay(trouble: Trouble, fired: list[int]) -> float | None:
    """To the end of the bucket that fired. What fired already tells nobody of what begins."""
    within = [at for at in fired if trouble.begin < at <= trouble.end]
    return (within[0] - trouble.begin) * WIDTH / 60 if within else None


def _is_of_one(fired: int, troubles: list[Trouble]) -> bool:
    return any(one.begin < fired <= one.end + GRACE for one in troubles)


def test_what_learns_notices_more_and_is_wrong_less_often(simulated):
    results = {name: found(condition, of, simulated) for name, (condition, of) in RULES.items()}
    for name, result in results.items():
        delays = ["—" if one is None else f"{one:.0f}" for one in result.delays]
        print("|", " | ".join([name, *delays, f"{result.false:.1f}"]), "|")  # noqa: T201
    outage, night, deploy, creep, together = range(len(TROUBLES))
    learned = results["anomaly of p95"]
    static = results["static: p95 > 4 s"]
    assert learned.delays[deploy] is not None and learned.delays[creep] is not None
    assert learned.false < static.false
    assert results["anomaly of errors"].delays[night] is not None
    assert results["anomaly of errors"].false < results["static: errors > 5 %"].false
    assert results["weak signals, both"].delays[together] is not None
    for name in RULES:
        if "error" in name or "burn" in name:
            assert results[name].delays[outage] is not None, name
