"""Versions of prompts beside each other."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import prompts
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "versions",
        gettext_lazy("Versions compared"),
        gettext_lazy(
            "Calls, cost, latency and tokens of each version; a name leads to its figures."
        ),
        12,
        prompts.compared,
    ),
    Panel(
        "prompt-calls",
        gettext_lazy("Calls by version"),
        gettext_lazy("Which version is in use, and since when?"),
        6,
        prompts.calls,
    ),
    Panel(
        "prompt-cost",
        gettext_lazy("Cost per call"),
        gettext_lazy("What does a call cost with each version?"),
        6,
        prompts.cost,
    ),
    Panel(
        "prompt-latency",
        gettext_lazy("p95 latency by version"),
        gettext_lazy("How slow are the slowest calls of each version?"),
        6,
        prompts.latency,
    ),
    Panel(
        "prompt-scores",
        gettext_lazy("Scores by version"),
        gettext_lazy("What evaluators, checks and people say of the calls of each version."),
        6,
        prompts.scores,
    ),
)
register(Board("prompts", gettext_lazy("Prompts"), PANELS, order=70))
