"""Writing verdicts: one of a monitor and a window, once."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from evals.drift import told
from evals.drift.asking import LAG, NOTHING, Asked, by_language
from evals.drift.models import MAX_REASON, DriftMonitor, DriftVerdict
from evals.drift.monitors import Moved, TellingWord, Verdict

MOST_MOVED = 20  # segments of a dimension
HOUR = timedelta(hours=1)
RUN_FIELDS = ("last_error", "failing_since", "last_run", "next_at", "asked_at")


def keep(asked: Asked, verdict: Verdict, now: datetime) -> DriftVerdict | None:
    """None where the monitor was changed, switched off or deleted meanwhile, or the window has its
    verdict. In a transaction with what it changes on the monitor.
    """
    with transaction.atomic():
        monitor = DriftMonitor.objects.select_for_update().filter(pk=asked.monitor.pk).first()
        if monitor is None or monitor.version != asked.monitor.version:
            return None
        kept, is_new = DriftVerdict.objects.get_or_create(
            monitor=monitor, at=asked.end, defaults=_fields(asked, verdict, now)
        )
        is_missing = verdict.why == NOTHING
        monitor.last_error = NOTHING if is_missing else ""
        monitor.failing_since = (monitor.failing_since or now) if is_missing else None
        monitor.last_run = now
        monitor.next_at = _next(monitor, asked, now)
        if monitor.asked_at == asked.monitor.asked_at:  # else somebody asked once more
            monitor.asked_at = None
        if asked.has_new_start:
            monitor.baseline = asked.monitor.baseline
        monitor.save(update_fields=(*RUN_FIELDS, "baseline"))
        if is_new and kept.is_drift:
            transaction.on_commit(partial(told.tell, kept.pk))
    return kept if is_new else None


def _next(monitor: DriftMonitor, asked: Asked, now: datetime) -> datetime:
    """One that was asked for between does not move the others."""
    if monitor.next_at > now:
        return monitor.next_at
    return asked.end.replace(minute=0) + monitor.every_hours * HOUR + LAG


def fail(monitor: DriftMonitor, error: str, now: datetime, *, again: timedelta) -> None:
    """What stands in the way is written on the monitor, and when it is tried again."""
    DriftMonitor.objects.filter(pk=monitor.pk, version=monitor.version).update(
        last_error=error[:MAX_REASON],
        failing_since=monitor.failing_since or now,
        next_at=now + again,
        asked_at=None,
    )


def _fields(asked: Asked, verdict: Verdict, now: datetime) -> dict[str, object]:
    times, began = asked.windows, verdict.began
    moved = [*verdict.moved, *by_language(asked, verdict)]
    return {
        "judged_at": now,
        "current_start": times.current.start,
        "reference_start": min((one.start for one in times.reference), default=None),
        "reference_end": max((one.end for one in times.reference), default=None),
        "state": str(verdict.state),
        "method": str(verdict.method or ""),
        "n_reference": verdict.n_reference,
        "n_current": verdict.n_current,
        "dropped": verdict.dropped,
        "statistic": verdict.statistic,
        "effect": verdict.effect,
        "least_effect": verdict.least_effect,
        "alpha": verdict.monitor.alpha,
        "p": verdict.p,
        "q": verdict.q,
        "began_at": began.at if began else None,
        "began_earliest": began.earliest if began else None,
        "began_latest": began.latest if began else None,
        "began_is_whole": began.is_whole if began else False,
        "moved": storable([asdict(one) for one in _largest(moved)]),
        "words": storable(
            {
                "reference": _words(verdict.words_of_reference),
                "current": _words(verdict.words_of_current),
            }
        ),
        "scored": storable([asdict(one) for one in verdict.scored]),
        "inputs_moved": verdict.inputs_moved,
        "why": verdict.why[:MAX_REASON],
        "shapes": storable(asked.shapes),
        "samples": storable(asked.samples),
        "changed": storable(list(asked.changed)) if verdict.is_drift else [],
    }


def storable(value: Any) -> Any:
    """The same without NUL and halves of characters, which Postgres takes in no JSON."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {name: storable(one) for name, one in value.items()}
    return value


def _largest(moved: list[Moved]) -> list[Moved]:
    """Of each dimension, which stay in their order."""
    dimensions = dict.fromkeys(one.dimension for one in moved)
    found: list[Moved] = []
    for dimension in dimensions:
        parts = [one for one in moved if one.dimension == dimension]
        found += sorted(parts, key=lambda one: (-one.share, one.segment))[:MOST_MOVED]
    return found


def _words(words: tuple[TellingWord, ...]) -> list[dict[str, object]]:
    return [asdict(one) for one in words]
