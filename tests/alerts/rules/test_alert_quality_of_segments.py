"""How soon rules notice what goes wrong in one segment alone, and how often they are wrong; and
what is told when one trouble explains others. With `-s` it prints the tables of
docs/alert-quality.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from alerts.incidents.matching import Firing, inhibitor
from alerts.incidents.tiers import Step, Tier
from alerts.rules.conditions import Anomaly, Condition, Drift, Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.judging import Seen
from alerts.rules.lifecycle import Lasting, State
from alerts.rules.points import Limit, Point, Stand
from alerts.rules.walking import walked
from evals.drift.judging import judge
from evals.drift.methods import Kind
from evals.drift.monitors import Monitor, Sample
from evals.drift.monitors import State as Found
from tests.alerts.rules.series import MONDAY
from tests.alerts.rules.simulated_languages import (
    BEGIN,
    CALM,
    DAY,
    END,
    HOUR,
    HOURS,
    Judged,
    answers,
    outage,
    shares,
    together,
)

WEEKS = (HOURS - CALM) / (7 * DAY)
GRACE = 7 * DAY  # hours in which what a window or a reference still holds of a trouble is one of it
RUNS, CURRENT, REFERENCE = 6, DAY, 7 * DAY  # hours: between runs, and of both sides
SURE = Threshold(limits=(Limit(Tier.WARNING, 0.05),), is_sure=True, least_samples=10)
PLAIN = Threshold(limits=(Limit(Tier.WARNING, 0.05),))


@dataclass(frozen=True)
class Noticed:
    """Hours until it was noticed, None never; and false alarms a week, of all segments."""

    delay: float | None
    false: float


@pytest.fixture(scope="module")
def simulated() -> dict[str, list[Judged]]:
    return answers()


def fired(condition: Condition, seen: Seen) -> list[int]:
    """The hours at whose end it fired."""
    is_drift = isinstance(condition, Drift)
    wanted = Definition(
        measured=() if is_drift else (Measured(),),
        condition=condition,
        bucket="hour",
        lasting=Lasting(keep_firing_seconds=2 * HOUR, hold_seconds=DAY * HOUR),
    )
    return [
        (change.at - MONDAY) // HOUR
        for _reading, _state, change in walked(wanted, seen, State(), MONDAY + CALM * HOUR)
        if change and change.step == Step.FIRED
    ]


def measured(judged: list[Judged]) -> Seen:
    return Seen(series=shares(judged))


def watched(judged: list[Judged]) -> Seen:
    """What a drift monitor of these finds: each six hours the last day against the week before."""
    monitor = Monitor(watched="hallucination", kind=Kind.CATEGORICAL, by=())
    points, stands = [], []
    last: Stand | None = None
    for hour in range(HOURS):
        if hour >= CALM - DAY and hour % RUNS == 0:
            last = stand(judged, hour, monitor)
        begin = MONDAY + hour * HOUR
        points.append(Point(begin, begin + HOUR, last and last.value, 1 if last else 0))
        stands.append(last)
    return Seen(series=points, stands=tuple(stands))


def stand(judged: list[Judged], hour: int, monitor: Monitor) -> Stand:
    current = sample(judged[hour - CURRENT : hour])
    reference = sample(judged[hour - CURRENT - REFERENCE : hour - CURRENT])
    found = judge(reference, current, monitor)
    was_measured = found.state in (Found.DRIFT, Found.NONE)
    return Stand(
        at=MONDAY + hour * HOUR,
        value=found.effect if was_measured else None,
        samples=found.n_current,
        is_bad=found.state == Found.DRIFT,
    )


def sample(judged: list[Judged]) -> Sample:
    bad, all_of_them = sum(one.bad for one in judged), sum(one.answers for one in judged)
    return Sample(values=["yes"] * bad + ["no"] * (all_of_them - bad))


def noticed(firings: Iterable[int]) -> Noticed:
    found = sorted(firings)
    within = [at for at in found if BEGIN < at <= END]
    false = [at for at in found if not BEGIN < at <= END + GRACE]
    return Noticed(within[0] - BEGIN if within else None, len(false) / WEEKS)


def test_a_jump_in_one_language_is_seen_by_what_looks_at_each(simulated):
    everything = together(simulated)
    each = list(simulated.values())
    anomaly = Anomaly(is_rate=True, absolute_floor=0.03, least_samples=10)
    results = {
        "static: hallucinated > 5 %": noticed(fired(PLAIN, measured(everything))),
        "the same, surely so (Wilson)": noticed(fired(SURE, measured(everything))),
        "static > 5 %, by language": noticed(
            at for one in each for at in fired(PLAIN, measured(one))
        ),
        "the same, surely so": noticed(at for one in each for at in fired(SURE, measured(one))),
        "anomaly, by language": noticed(at for one in each for at in fired(anomaly, measured(one))),
        "drift of all answers": noticed(fired(Drift(), watched(everything))),
        "drift, a monitor of each language": noticed(
            at for one in each for at in fired(Drift(), watched(one))
        ),
    }
    for name, one in results.items():
        delay = "—" if one.delay is None else f"{one.delay:g}"
        print(f"| {name} | {delay} | {one.false:.1f} |")  # noqa: T201
    static = results["the same, surely so (Wilson)"]
    grouped, drift = results["the same, surely so"], results["drift, a monitor of each language"]
    assert grouped.delay is not None and drift.delay is not None
    assert static.delay is None or static.delay > max(grouped.delay, drift.delay)
    assert drift.false <= grouped.false < results["static > 5 %, by language"].false


def spans(condition: Threshold, series: list[Point], lasting: Lasting) -> list[tuple[int, int]]:
    """From when to when it fires."""
    wanted = Definition(measured=(Measured(),), condition=condition, bucket="5m", lasting=lasting)
    found: list[tuple[int, int]] = []
    begun = None
    for _reading, _state, change in walked(wanted, Seen(series=series), State(), 0):
        if change and change.step == Step.FIRED:
            begun = change.at
        elif change and change.step == Step.RESOLVED and begun is not None:
            found.append((begun, change.at))
            begun = None
    return found


def told(
    slow: dict[tuple[str, ...], list[tuple[int, int]]],
    out: dict[tuple[str, ...], list[tuple[int, int]]],
    inhibits: frozenset[str],
) -> set[tuple[str, ...]]:
    """The routes of which somebody is told: at some moment they fire, and nothing explains it."""
    found = set()
    for route, firings in slow.items():
        labels = {"provider": route[0], "route": route[1]}
        for begin, end in firings:
            for at in range(begin, end, 300):
                open_now = [
                    Firing("provider", {"provider": provider}, inhibits)
                    for (provider,), times in out.items()
                    if any(since <= at < until for since, until in times)
                ]
                if inhibitor("slow", labels, open_now) is None:
                    found.add(route)
    return found


def test_an_outage_explains_its_providers_routes_and_no_others():
    errors, slow = outage()
    lost = Threshold(limits=(Limit(Tier.CRITICAL, 0.2),), is_sure=True, least_samples=20)
    late = Threshold(limits=(Limit(Tier.WARNING, 4.0),))
    out = {key: spans(lost, one, Lasting(keep_firing_seconds=900)) for key, one in errors.items()}
    slowed = {key: spans(late, one, Lasting()) for key, one in slow.items()}
    assert {key: len(one) for key, one in out.items()} == {("first",): 1, ("second",): 0}
    assert all(len(one) == 1 for one in slowed.values())
    alone = told(slowed, out, frozenset())
    explained = told(slowed, out, frozenset({"slow"}))
    print(f"told without inhibition {1 + len(alone)}, with it {1 + len(explained)}")  # noqa: T201
    assert len(alone) == 4
    assert explained == {("second", "translate")}
