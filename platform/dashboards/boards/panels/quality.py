"""How good it is: scores by evaluator, version and segment, what people say, what checks find."""

from django.utils.translation import gettext_lazy

from dashboards.boards.drawn import expected, quality
from dashboards.boards.panel import Panel
from dashboards.boards.registry import Board, register

PANELS = (
    Panel(
        "scores",
        gettext_lazy("Scores"),
        gettext_lazy("The mean of each score, now and in the time before."),
        5,
        quality.by_name,
    ),
    Panel(
        "expected",
        gettext_lazy("A score beside what was to be expected"),
        gettext_lazy(
            "Is the score that is named above, or that with the most values, where it would be had"
            " nothing changed since the time before?"
        ),
        7,
        expected.score,
    ),
    Panel(
        "scores-over-time",
        gettext_lazy("Scores over time"),
        gettext_lazy("The mean of each score; of one score, by what is chosen above."),
        6,
        quality.over_time,
    ),
    Panel(
        "segments",
        gettext_lazy("Scores by segment"),
        gettext_lazy("Where is it better, and where worse?"),
        6,
        quality.by_segment,
    ),
    Panel(
        "satisfaction",
        gettext_lazy("What users say"),
        gettext_lazy("The answers of the people who use the application."),
        4,
        quality.satisfaction,
    ),
    Panel(
        "faithfulness",
        gettext_lazy("Faithfulness"),
        gettext_lazy("Are answers borne out by what was found for them?"),
        4,
        quality.faithfulness,
    ),
    Panel(
        "hallucination",
        gettext_lazy("Hallucination rate"),
        gettext_lazy("The share of judged answers that make something up."),
        4,
        quality.hallucination,
    ),
    Panel(
        "checks",
        gettext_lazy("Checks passed"),
        gettext_lazy("The share of calls that pass each check."),
        6,
        quality.checks,
    ),
    Panel(
        "answers",
        gettext_lazy("Scores in words"),
        gettext_lazy("How often is each answer given?"),
        6,
        quality.answers,
    ),
    Panel(
        "sources",
        gettext_lazy("Scores by source"),
        gettext_lazy("Who judges, and how much: code, evaluators or people?"),
        12,
        quality.votes,
    ),
)
register(
    Board(
        "quality",
        gettext_lazy("Quality"),
        PANELS,
        order=40,
        by=quality.BY,
        takes_keys=True,
        of=gettext_lazy("Score"),
    )
)
