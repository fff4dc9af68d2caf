"""Monitors for sample traffic, whose last quarter has longer answers."""

from typing import Any

from accounts.models import Project
from evals.drift import changing
from evals.drift.models import DriftMonitor
from evals.drift.stored import Chosen, stored
from evals.drift.watched import WATCHED

# Sample traffic is of a day, and the release in it came six hours before the end.
BASELINE = stored(Chosen(current_hours=6, reference_hours=18))
MONITORS: tuple[dict[str, Any], ...] = (
    {"name": "Length of answers", "watched": "output_length", "query": "env:demo name:answer"},
    {"name": "Latency of calls", "watched": "latency", "query": "env:demo"},
    {"name": "Model mix", "watched": "model", "query": "env:demo"},
    {"name": "Share of errors", "watched": "error", "query": "env:demo"},
    {"name": "Words of answers", "watched": "output_text", "query": "env:demo name:answer"},
    {"name": "Faithfulness", "watched": "score", "key": "faithful", "query": "env:demo"},
)


def seed(project: Project) -> None:
    """Those that the project does not have yet; all of them are run."""
    for fields in MONITORS:
        found = DriftMonitor.objects.filter(project=project, name=fields["name"]).first()
        if found is None:
            found = changing.save(
                DriftMonitor(
                    project=project,
                    kind=WATCHED[fields["watched"]].kinds[0],
                    baseline=BASELINE,
                    least_samples=30,
                    every_hours=6,
                    **fields,
                )
            )
        changing.run_now(found)
