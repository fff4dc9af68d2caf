"""What it costs: whom and what for, and what nobody knows the price of."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import cost, kinds
from dashboards.boards.drawn.unpriced import unpriced
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "cost-now",
        gettext_lazy("Cost"),
        gettext_lazy("What was spent, for a call, for a thousand tokens, and how much was cached?"),
        12,
        cost.figures_now,
        "tiles",
    ),
    Panel(
        "cost-over-time",
        gettext_lazy("Cost over time"),
        gettext_lazy("Where does the money go, and when did that change?"),
        7,
        cost.over_time,
    ),
    Panel(
        "unpriced",
        gettext_lazy("Unpriced usage"),
        gettext_lazy("Which models have no price, so that their calls are in no sum?"),
        5,
        unpriced,
    ),
    Panel(
        "cost-by",
        gettext_lazy("Cost in detail"),
        gettext_lazy("What each costs, in all, for a call and for a thousand tokens."),
        12,
        cost.by_value,
        "tall",
    ),
    Panel(
        "tokens-by-kind",
        gettext_lazy("Tokens by kind"),
        gettext_lazy(
            "Each token once: input, read from and written to the cache, output and reasoning."
        ),
        6,
        kinds.token_kinds,
    ),
    Panel(
        "cost-by-kind",
        gettext_lazy("Cost by kind"),
        gettext_lazy("What do input, cache, output and reasoning cost?"),
        6,
        kinds.cost_kinds,
    ),
    Panel(
        "dearest",
        gettext_lazy("Most expensive traces"),
        gettext_lazy("Which single traces cost most?"),
        12,
        cost.dearest,
        "tall",
    ),
)
register(Board("cost", gettext_lazy("Cost"), PANELS, order=20, by=cost.BY, takes_keys=True))
