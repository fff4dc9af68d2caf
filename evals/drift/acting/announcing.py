"""What webhooks are told of drifts. No text of a trace goes out but the words that tell."""

from typing import Any

from evals.drift.acting.addresses import verdict_address
from evals.drift.models import DriftMonitor, DriftVerdict
from webhooks.events import announce
from webhooks.names import Event


def drift_detected(verdict: DriftVerdict) -> None:
    """In the transaction that notes that it was told."""
    told = {
        "monitor": monitor_told(verdict.monitor),
        "verdict": verdict_told(verdict),
        "address": verdict_address(verdict),
    }
    announce(verdict.monitor.project, str(Event.DRIFT_DETECTED), told)


def monitor_told(monitor: DriftMonitor) -> dict[str, Any]:
    return {
        "id": monitor.pk,
        "name": monitor.name,
        "watched": monitor.watched,
        "key": monitor.key,
        "kind": monitor.kind,
        "query": monitor.query,
        "baseline": monitor.baseline,
        "version": monitor.version,
    }


def verdict_told(verdict: DriftVerdict) -> dict[str, Any]:
    moments = {
        "judged_at": verdict.judged_at,
        "current_start": verdict.current_start,
        "current_end": verdict.at,
        "reference_start": verdict.reference_start,
        "reference_end": verdict.reference_end,
        "began_at": verdict.began_at,
        "began_earliest": verdict.began_earliest,
        "began_latest": verdict.began_latest,
    }
    figures = (
        "state", "method", "n_reference", "n_current", "dropped", "statistic", "effect",
        "least_effect", "alpha", "p", "q", "inputs_moved", "moved", "words", "scored", "changed",
        "mark",
    )  # fmt: skip
    return {
        "id": verdict.pk,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        **{name: getattr(verdict, name) for name in figures},
        "samples": {side: [_ids(one) for one in some] for side, some in verdict.samples.items()},
    }


def _ids(sample: dict[str, Any]) -> dict[str, Any]:
    """Without the value, which of a text is the text."""
    return {name: sample[name] for name in ("trace_id", "span_id", "at") if name in sample}
