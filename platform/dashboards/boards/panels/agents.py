"""What agents do: steps, tools, errors and loops."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import agents
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "runs-now",
        gettext_lazy("Agent runs"),
        gettext_lazy("How many runs there were, how long they are, and how many hold an error."),
        12,
        agents.runs_now,
        "tiles",
    ),
    Panel(
        "steps-per-run",
        gettext_lazy("Steps per run"),
        gettext_lazy("How many spans does a run take?"),
        6,
        agents.steps_per_run,
    ),
    Panel(
        "steps-over-time",
        gettext_lazy("Steps per run over time"),
        gettext_lazy("Do runs become longer?"),
        6,
        agents.steps_over_time,
    ),
    Panel(
        "tool-calls",
        gettext_lazy("Tool calls"),
        gettext_lazy("Which tools are called, how slow are they, and how often do they fail?"),
        6,
        agents.tool_calls,
        "tall",
    ),
    Panel(
        "tool-errors",
        gettext_lazy("Tool errors"),
        gettext_lazy("Which tools fail, and when did it begin?"),
        6,
        agents.tool_errors,
        "tall",
    ),
    Panel(
        "loops",
        gettext_lazy("Calls that repeat themselves"),
        gettext_lazy("Which traces call a tool again with the very same input?"),
        5,
        agents.loops,
    ),
    Panel(
        "repeated",
        gettext_lazy("Repeated calls over time"),
        gettext_lazy("The share of tool calls that repeat an earlier one of their trace."),
        4,
        agents.repeated_over_time,
    ),
    Panel(
        "depth",
        gettext_lazy("Depth"),
        gettext_lazy("How deep do spans lie? 1 are the outermost of a trace."),
        3,
        agents.depth,
    ),
)
register(Board("agents", gettext_lazy("Agents"), PANELS, order=50))
