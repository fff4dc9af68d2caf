"""One monitor asked: its samples, its verdict, and what is kept of both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from evals.drift.drawing import samples, shapes
from evals.drift.judging import judge, moved_by
from evals.drift.methods import Kind
from evals.drift.models import DriftMonitor
from evals.drift.monitors import Monitor, Moved, State, Verdict
from evals.drift.sampling import LANGUAGE, Side, Sides, sides, with_languages
from evals.drift.starting import baseline_of, keep_start
from evals.drift.surroundings import Change, changed
from evals.drift.watched import WATCHED, check
from evals.drift.windows import Windows

LAG = timedelta(minutes=10)  # by then the spans of a window have come
NOTHING = "Nothing that is watched was found in the current window."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`languages` are both sides by language, where that is to be told of a drift."""

    monitor: DriftMonitor
    end: datetime
    windows: Windows
    verdict: Verdict
    shapes: dict[str, Any]
    samples: dict[str, Any]
    changed: Sequence[Change]
    languages: tuple[Side, Side] | None = None
    has_new_start: bool = False


def end_of(monitor: DriftMonitor, now: datetime) -> datetime:
    """Where the current window ends: a whole hour, or where somebody asked for it, a minute."""
    seen = now - LAG
    if monitor.asked_at is not None:
        return seen.replace(second=0, microsecond=0)
    return seen.replace(minute=0, second=0, microsecond=0)


def asked(monitor: DriftMonitor, now: datetime) -> Asked:
    """Raises Unavailable, Refused, InvalidMonitor, InvalidBaseline. Large samples are let go before
    it returns.
    """
    check(monitor)
    end, wanted = end_of(monitor, now), _wanted(monitor)
    baseline = baseline_of(monitor, now)
    has_new_start = keep_start(monitor, baseline)
    found = sides(monitor, baseline, end=end)
    verdict = judge(found.reference.sample, found.current.sample, wanted)
    if not found.current.sample.values:
        verdict = replace(verdict, why=NOTHING)
    kind, unit = wanted.kind, WATCHED[monitor.watched].unit
    return Asked(
        monitor=monitor,
        end=end,
        windows=found.windows,
        verdict=verdict,
        shapes=shapes(found.reference.sample, found.current.sample, kind, unit),
        samples=samples(found.reference, found.current, verdict),
        changed=changed(monitor.project_id, found) if verdict.is_drift else (),
        languages=_languages(monitor, verdict, found),
        has_new_start=has_new_start,
    )


def _wanted(monitor: DriftMonitor) -> Monitor:
    wanted, watched = monitor.wanted(), WATCHED[monitor.watched]
    return wanted if wanted.method else replace(wanted, method=watched.method)


def _languages(monitor: DriftMonitor, verdict: Verdict, found: Sides) -> tuple[Side, Side] | None:
    """Only of a drift, as each text has to be read for it."""
    is_split = verdict.monitor.kind in (Kind.NUMERIC, Kind.CATEGORICAL)
    if not (verdict.is_drift and is_split and LANGUAGE in monitor.by and found.reference.keys):
        return None
    return with_languages(monitor, found.reference), with_languages(monitor, found.current)


def by_language(asked: Asked, verdict: Verdict) -> tuple[Moved, ...]:
    """What the languages have in a drift that it still is after correction."""
    if asked.languages is None or verdict.state is not State.DRIFT:
        return ()
    reference, current = asked.languages
    wanted = replace(verdict.monitor, by=(LANGUAGE,))
    return moved_by(reference.sample, current.sample, wanted)
