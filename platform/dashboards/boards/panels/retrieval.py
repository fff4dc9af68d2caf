"""What searches find, and how long they take."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import retrieval
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "searches-now",
        gettext_lazy("Searches"),
        gettext_lazy("What a search finds, how often it finds nothing, and how long it takes."),
        12,
        retrieval.searches_now,
        "tiles",
    ),
    Panel(
        "results",
        gettext_lazy("Results per search"),
        gettext_lazy("How many documents do searches find?"),
        6,
        retrieval.results,
    ),
    Panel(
        "relevance",
        gettext_lazy("Relevance"),
        gettext_lazy(
            "The mean score of the documents that a search finds, as the search gives it."
        ),
        6,
        retrieval.relevance,
    ),
    Panel(
        "empty",
        gettext_lazy("Empty searches"),
        gettext_lazy("The share of searches that find nothing."),
        6,
        retrieval.empty,
    ),
    Panel(
        "stages",
        gettext_lazy("Latency by stage"),
        gettext_lazy("How long do embedding, searching and ranking again take, half of the time?"),
        6,
        retrieval.stages,
    ),
    Panel(
        "retrievers",
        gettext_lazy("Searches by name"),
        gettext_lazy("Which searches run, how slow are they, and how often do they fail?"),
        12,
        retrieval.retrievers,
    ),
)
register(Board("retrieval", gettext_lazy("Retrieval"), PANELS, order=60))
