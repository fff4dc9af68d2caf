"""The first board: what it costs, how fast and how good it is, and what changed."""

from django.utils.translation import gettext_lazy

from dashboards.boards.changing import changes
from dashboards.boards.drawn import overview
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "traffic-now",
        gettext_lazy("Traces"),
        gettext_lazy(
            "How many traces there were, how slow the slowest twentieth was, and how many failed."
        ),
        6,
        overview.traffic_tiles,
        "tiles",
    ),
    Panel(
        "calls-now",
        gettext_lazy("Calls"),
        gettext_lazy(
            "What calls of models cost, how soon answers began, and how many tokens they took."
        ),
        6,
        overview.call_tiles,
        "tiles",
    ),
    Panel(
        "cost",
        gettext_lazy("Cost by model"),
        gettext_lazy("Which models does the money go to, and when?"),
        8,
        overview.cost,
    ),
    Panel(
        "errors",
        gettext_lazy("Errors by type"),
        gettext_lazy("What fails, and when did it begin?"),
        6,
        overview.errors,
    ),
    Panel(
        "traffic",
        gettext_lazy("Traffic"),
        gettext_lazy("How many traces began, and how many of them hold an error?"),
        6,
        overview.traffic,
    ),
    Panel(
        "latency",
        gettext_lazy("Latency of traces"),
        gettext_lazy(
            "How long do people wait: half of them, the slowest twentieth, the slowest hundredth?"
        ),
        12,
        overview.latency,
    ),
    Panel(
        "first-token",
        gettext_lazy("Time to first token"),
        gettext_lazy("How soon does an answer begin?"),
        4,
        overview.first_token,
    ),
    Panel(
        "speed",
        gettext_lazy("Tokens per second"),
        gettext_lazy("How fast does each model write, for half of its calls?"),
        4,
        overview.speed,
    ),
    Panel(
        "tokens",
        gettext_lazy("Tokens"),
        gettext_lazy("How many tokens go in and come out?"),
        4,
        overview.tokens,
    ),
    Panel(
        "scores",
        gettext_lazy("Scores"),
        gettext_lazy("How good are the answers, on average, as each score says?"),
        6,
        overview.scores,
    ),
    Panel(
        "changes",
        gettext_lazy("Top changes"),
        gettext_lazy(
            "Which steps cost more, were called more or became slower than in the time before?"
        ),
        6,
        changes,
    ),
)
register(Board("overview", gettext_lazy("Overview"), PANELS, order=10))
