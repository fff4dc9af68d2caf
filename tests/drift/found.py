"""Monitors and verdicts as a run leaves them, without running."""

from datetime import UTC, datetime, timedelta
from typing import Any

from evals.drift.models import DriftMonitor, DriftVerdict

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def monitor_of(project: Any, **fields: Any) -> DriftMonitor:
    told = {"name": "Output length", "watched": "output_length", "kind": "numeric", **fields}
    return DriftMonitor.objects.create(project=project, **told)


def numbers(before: float = 210, after: float = 480) -> dict[str, Any]:
    return {
        "kind": "numeric",
        "unit": "characters",
        "edges": [0.0, 200.0, 400.0, 600.0],
        "reference": [0.5, 0.4, 0.1],
        "current": [0.1, 0.4, 0.5],
        "reference_middle": before,
        "current_middle": after,
    }


def segment(name: str, share: float, dimension: str = "model") -> dict[str, Any]:
    return {
        "dimension": dimension,
        "segment": name,
        "within": share * 100,
        "mix": 2.0,
        "share": share,
        "n_reference": 800,
        "n_current": 300,
    }


def verdict_of(monitor: DriftMonitor, at: datetime = AT, **fields: Any) -> DriftVerdict:
    """A drift of numbers, unless told otherwise."""
    told = {
        "state": "drift",
        "method": "wasserstein",
        "n_reference": 1400,
        "n_current": 400,
        "statistic": 270.0,
        "effect": 0.9,
        "least_effect": 0.1,
        "p": 0.0001,
        "q": 0.0002,
        "current_start": at - DAY,
        "reference_start": at - 15 * DAY,
        "reference_end": at - DAY,
        "began_at": at - 0.5 * DAY,
        "began_earliest": at - 0.6 * DAY,
        "began_latest": at - 0.4 * DAY,
        "shapes": numbers(),
        "moved": [segment("gpt-5", 0.78), segment("haiku", 0.22)],
        **fields,
    }
    return DriftVerdict.objects.create(monitor=monitor, at=at, **told)


def unmeasured(monitor: DriftMonitor, at: datetime = AT, **fields: Any) -> DriftVerdict:
    blank = dict.fromkeys(("statistic", "effect", "least_effect", "p", "q", "began_at",
                           "began_earliest", "began_latest"))  # fmt: skip
    told = {"state": "too_few", "method": "", "n_current": 3, "shapes": {}, "moved": [], **blank}
    return verdict_of(monitor, at, **{**told, **fields})
