"""How long it takes: by model, step and depth, and where the time goes."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import latency
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "traces",
        gettext_lazy("Latency of traces"),
        gettext_lazy("How long do people wait: half of them, the slowest twentieth, hundredth?"),
        6,
        latency.of_traces,
    ),
    Panel(
        "calls",
        gettext_lazy("Calls of models by latency"),
        gettext_lazy("How do the latencies of calls spread?"),
        6,
        latency.distribution,
    ),
    Panel(
        "heat",
        gettext_lazy("Calls of models by time and latency"),
        gettext_lazy("When were which calls slow? Each field counts the calls of a time."),
        12,
        latency.heat,
        "tall",
    ),
    Panel(
        "latency-over-time",
        gettext_lazy("p95 over time"),
        gettext_lazy("The latency that a twentieth of the spans exceeds, by what is chosen above."),
        6,
        latency.over_time,
    ),
    Panel(
        "depth",
        gettext_lazy("Latency by depth"),
        gettext_lazy("How slow are spans at each depth? 1 are the outermost of a trace."),
        6,
        latency.by_depth,
    ),
    Panel(
        "latency-by",
        gettext_lazy("Latency in detail"),
        gettext_lazy("Percentiles, first tokens and speed, by what is chosen above."),
        12,
        latency.by_value,
        "tall",
    ),
    Panel(
        "own-time",
        gettext_lazy("Where the time goes"),
        gettext_lazy(
            "The share of each step in the time of all traces, without what its children take."
        ),
        6,
        latency.own_time,
        "tall",
    ),
    Panel(
        "own-time-by-type",
        gettext_lazy("Time by type"),
        gettext_lazy("The same by type: models, tools, retrieval and your own code."),
        6,
        latency.own_time_by_type,
        "tall",
    ),
    Panel(
        "first-token",
        gettext_lazy("Time to first token, p95"),
        gettext_lazy("How soon does an answer begin, for all but a twentieth of the calls?"),
        6,
        latency.first_token,
    ),
    Panel(
        "speed",
        gettext_lazy("Tokens per second"),
        gettext_lazy("How fast does each model write, for half of its calls?"),
        6,
        latency.speed,
    ),
)
register(
    Board("latency", gettext_lazy("Latency"), PANELS, order=30, by=latency.BY, takes_keys=True)
)
