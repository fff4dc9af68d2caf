"""Versions of prompts beside each other, as the calls that name them show them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards import figures
from dashboards.boards.comparing import summed, time_before
from dashboards.boards.deriving import narrowed, pivoted
from dashboards.boards.drawing import Line, course
from dashboards.boards.figures import LINE, STACK, Series, tone
from dashboards.boards.links import OBSERVATIONS, SCORES, rows_of
from dashboards.boards.panel import Cell, Chart, Column, Drawn, Nothing, Rows, Scope, Table
from dashboards.boards.units import TEXT
from prompts.models import Prompt
from traces.axes import COUNT, DOLLARS, SCORE, SECONDS, SHARE, TOKENS
from traces.queries.metrics import Answer, Measure
from traces.search.of_dimensions import having_score
from traces.search.terms import Term

PROMPTED = Term("has", ("prompt",))
VERSIONS = ("prompt", "prompt_version")
MOST_VERSIONS, MOST_LINES, MOST_SCORES = 20, 8, 30


def no_prompts() -> Nothing:
    return Nothing(
        title=_("No call names its prompt"),
        text=_(
            "Pass the prompt to the generation (prompt=… of an SDK), or set"
            " langfuse.observation.prompt.name and .version on its span."
        ),
    )


def compared(scope: Scope) -> Drawn:
    """Version by version; each leads to its figures, where Sonde keeps the prompt."""
    measures = (
        Measure("count"),
        Measure("cost", "avg"),
        Measure("latency", "p50"),
        Measure("latency", "p95"),
        Measure("input_tokens", "avg"),
        Measure("output_tokens", "avg"),
        Measure("error_rate"),
    )
    answer = scope.ask(*measures, by=VERSIONS, terms=(PROMPTED,), most=MOST_VERSIONS, rest=False)
    if not answer.rows:
        return no_prompts()
    kept = _kept(scope, answer)
    names = [measure.column for measure in measures[1:-1]]
    lines = []
    for row in sorted(answer.rows, key=_newest_first):
        href = _rows(scope, row)
        page = _figures_page(scope, row) if row["prompt"] in kept else href
        unknown = _("unknown") if row["avg_cost"] is None else row["avg_cost"]
        values = [row["count_count"], unknown, *(row[name] for name in names[1:])]
        values.append(row["avg_error_rate"])
        lines.append((Cell(_label(row), page), *(Cell(one, href) for one in values)))
    columns = (
        Column(gettext_lazy("Version"), TEXT),
        Column(gettext_lazy("Calls"), COUNT),
        Column(gettext_lazy("Cost per call"), DOLLARS),
        Column("p50", SECONDS),
        Column("p95", SECONDS),
        Column(gettext_lazy("Input tokens"), TOKENS),
        Column(gettext_lazy("Output tokens"), TOKENS),
        Column(gettext_lazy("Failed"), SHARE),
    )
    is_cut = (answer.series or 0) > len(answer.rows)
    return Rows(table=Table(columns, tuple(lines), is_cut), is_exact=answer.is_exact)


def calls(scope: Scope) -> Drawn:
    answer = scope.ask(
        Measure("count"), by=VERSIONS, over_time=True, terms=(PROMPTED,), most=MOST_LINES
    )
    if not answer.rows:
        return no_prompts()
    answer, columns = pivoted(answer, "count_count", VERSIONS)
    before = time_before(scope, answer, Measure("count"), terms=(PROMPTED,))
    before = summed(before, ["count_count"])
    return course(scope, answer, _lines(columns), COUNT, kind=STACK, before=before)


def latency(scope: Scope) -> Drawn:
    answer = scope.ask(
        Measure("latency", "p95"),
        Measure("count"),
        by=VERSIONS,
        over_time=True,
        terms=(PROMPTED,),
        order="count_count",
        most=MOST_LINES,
        rest=False,
    )
    if not answer.rows:
        return no_prompts()
    answer, columns = pivoted(answer, "p95_latency", VERSIONS)
    return course(scope, answer, _lines(columns), SECONDS, kind=LINE)


def cost(scope: Scope) -> Drawn:
    """What a call costs with each version."""
    answer = scope.ask(
        Measure("cost", "avg"),
        Measure("count"),
        by=VERSIONS,
        terms=(PROMPTED,),
        order="count_count",
        most=MOST_VERSIONS,
        rest=False,
    )
    if not answer.rows:
        return no_prompts()
    known = narrowed(answer, lambda row: row["avg_cost"] is not None)
    rows = sorted(known.rows, key=_newest_first)
    if not rows:
        return Nothing(
            title=_("Costs are unknown"),
            text=_("None of the models that these prompts were sent to has a price."),
            href=reverse("model-prices", args=[scope.project.id]),
            action=_("Set prices"),
        )
    hrefs = [_rows(scope, row) for row in rows]
    columns = (
        Column(gettext_lazy("Version"), TEXT),
        Column(gettext_lazy("Cost per call"), DOLLARS),
        Column(gettext_lazy("Calls"), COUNT),
    )
    series = Series(name=_("Cost per call"), values=[row["avg_cost"] for row in rows], hrefs=hrefs)
    lines = [
        tuple(Cell(one, href) for one in (_label(row), row["avg_cost"], row["count_count"]))
        for row, href in zip(rows, hrefs, strict=True)
    ]
    return Chart(
        figure=figures.across([_label(row) for row in rows], [series], DOLLARS),
        table=Table(columns, tuple(lines)),
        is_exact=answer.is_exact,
    )


def scores(scope: Scope) -> Drawn:
    """Scores of the very calls; what is said of a trace as a whole is of no one prompt."""
    answer = scope.ask(
        Measure("value", "avg"),
        Measure("value", "count"),
        view=SCORES,
        by=(*VERSIONS, "name"),
        order="count_value",
        most=MOST_SCORES,
        rest=False,
    )
    found = [row for row in answer.rows if row["prompt"] and row["count_value"]]
    if not found:
        return Nothing(
            title=_("No call with a prompt was judged"),
            text=_(
                "Scores count here when they are of the generation that names the prompt: send"
                " observationId with a score, or let an evaluator judge observations."
            ),
        )
    lines = []
    for row in sorted(found, key=lambda row: (row["name"], *_newest_first(row))):
        href = _rows(scope, row, having_score(row["name"]))
        values = row["name"], _label(row), row["avg_value"], row["count_value"]
        lines.append(tuple(Cell(one, href) for one in values))
    columns = (
        Column(gettext_lazy("Score"), TEXT),
        Column(gettext_lazy("Version"), TEXT),
        Column(gettext_lazy("Mean"), SCORE),
        Column(gettext_lazy("Scores"), COUNT),
    )
    return Rows(table=Table(columns, tuple(lines)), is_exact=answer.is_exact)


def _label(row: dict) -> str:
    return f"{row['prompt']} v{row['prompt_version']}" if row["prompt_version"] else row["prompt"]


def _newest_first(row: dict) -> tuple[str, int]:
    version = row["prompt_version"]
    return row["prompt"], -int(version) if version.isdecimal() else 0


def _terms(prompt: str, version: str) -> tuple[Term, ...]:
    named = Term("prompt", (prompt,))
    return (named, Term("prompt_version", (version,))) if version else (named,)


def _rows(scope: Scope, row: dict, *terms: Term) -> str:
    own = _terms(row["prompt"], row["prompt_version"])
    return rows_of(scope, *own, *terms, view=OBSERVATIONS)


def _lines(columns: dict[tuple, str]) -> Sequence[Line]:
    lines = []
    for at, ((prompt, version), column) in enumerate(columns.items()):
        if prompt is None:
            lines.append(Line(column=column, words=_("other"), tone="chain", terms=(PROMPTED,)))
            continue
        words = _label({"prompt": prompt, "prompt_version": version})
        lines.append(Line(column=column, words=words, tone=tone(at), terms=_terms(prompt, version)))
    return lines


def _kept(scope: Scope, answer: Answer) -> set[str]:
    """Which of the prompts are kept in Sonde."""
    names = {row["prompt"] for row in answer.rows}
    found = Prompt.objects.filter(project=scope.project, name__in=names)
    return set(found.values_list("name", flat=True))


def _figures_page(scope: Scope, row: dict) -> str:
    if not scope.leads:
        return ""
    named = {"name": row["prompt"], "version": row["prompt_version"]}
    return f"{reverse('prompt-figures', args=[scope.project.id])}?{urlencode(named)}"
