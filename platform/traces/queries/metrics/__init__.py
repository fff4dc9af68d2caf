"""The one layer that aggregates what the store holds: dashboards, the metrics API, budgets, alerts
and drift ask it Questions, and nothing else sums spans.
"""

from traces.queries.metrics.asking import ask, ask_with_whole
from traces.queries.metrics.question import (
    OBSERVATIONS,
    SCORES,
    STEPS,
    TIME,
    TRACES,
    Answer,
    Column,
    Measure,
    Only,
    Question,
    Unanswerable,
)

__all__ = [
    "OBSERVATIONS",
    "SCORES",
    "STEPS",
    "TIME",
    "TRACES",
    "Answer",
    "Column",
    "Measure",
    "Only",
    "Question",
    "Unanswerable",
    "ask",
    "ask_with_whole",
]
