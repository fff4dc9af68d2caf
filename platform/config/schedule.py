"""What Celery's beat begins, and how often."""

from typing import Any


def every(seconds: float, task: str) -> dict[str, Any]:
    """It expires after as long as the pause: nothing piles up while no worker runs."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


SCHEDULE = {
    "drain-held-batches": every(5, "ingest.tasks.drain"),
    "settle-doubled-spans": every(60, "ingest.tasks.settle_doubled_spans"),
    "resume-repricing": every(30, "pricing.tasks.resume"),
    "watch-canaries": every(60, "prompts.tasks.watch_canaries"),
    "resume-exports": every(30, "exports.tasks.resume"),
    "expire-exports": every(3600, "exports.tasks.expire"),
    "resume-uploads": every(30, "evals.datasets.tasks.resume"),
    "expire-uploads": every(3600, "evals.datasets.tasks.expire"),
    "resume-webhooks": every(5, "webhooks.tasks.resume"),
    "expire-webhooks": every(3600, "webhooks.tasks.expire"),
    "look-for-judges": every(15, "evals.judges.tasks.look"),
    "resume-judging": every(5, "evals.judges.tasks.resume"),
    "expire-judging": every(3600, "evals.judges.tasks.expire"),
    "nightly-experiments": every(300, "evals.experiments.tasks.start_nightly"),
    "resume-experiments": every(5, "evals.experiments.tasks.resume"),
    "fill-annotation-queues": every(300, "evals.annotation.tasks.fill_queues"),
    "sweep-checks": every(60, "evals.checks.tasks.sweep"),
    "resume-check-runs": every(30, "evals.checks.tasks.resume"),
    "act-on-drift": every(30, "evals.drift.acting.tasks.sweep"),
    "measure-performance": every(300, "evals.drift.performance.tasks.look"),
    "look-for-drift": every(300, "evals.drift.tasks.look"),
    "expire-drift": every(3600, "evals.drift.tasks.expire"),
    "look-at-alert-rules": every(15, "alerts.rules.tasks.look"),
    "hand-over-alert-notices": every(5, "alerts.incidents.tasks.hand_over"),
    "resume-alert-deliveries": every(5, "alerts.channels.tasks.resume"),
    "expire-alert-deliveries": every(3600, "alerts.channels.tasks.expire"),
    "digest-alerts": every(300, "alerts.incidents.tasks.digest"),
    "expire-alert-notices": every(3600, "alerts.incidents.tasks.expire"),
}
