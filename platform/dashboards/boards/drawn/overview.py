"""What the first board draws."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import summed, time_before
from dashboards.boards.drawing import EMPTY, Line, course, split
from dashboards.boards.figures import AREA, LINE, STACK
from dashboards.boards.links import OBSERVATIONS, SCORES, TRACES
from dashboards.boards.panel import Chip, Drawn, Nothing, Scope, Tiles
from dashboards.boards.tiling import Figure, tiles
from traces.axes import COUNT, DOLLARS, RATE, SCORE, SECONDS, SHARE, TOKENS
from traces.queries.metrics import Measure
from traces.queries.overview import first_trace
from traces.search.terms import Term

FAILED = Term("level", ("ERROR",))
GENERATIONS = Term("type", ("GENERATION",))
UNPRICED_SHOWN = 0.001  # a share of calls below which nobody needs to know
MOST_SCORES = 6


def traffic_tiles(scope: Scope) -> Tiles:
    return tiles(
        scope,
        (
            Figure(Measure("count"), gettext_lazy("Traces"), COUNT),
            Figure(
                Measure("latency", "p95"),
                gettext_lazy("p95 latency"),
                SECONDS,
                better="lower",
                sort="latency",
            ),
            Figure(
                Measure("error_rate", "avg"),
                gettext_lazy("Traces with errors"),
                SHARE,
                better="lower",
                terms=(FAILED,),
            ),
        ),
        view=TRACES,
    )


def call_tiles(scope: Scope) -> Tiles:
    return tiles(
        scope,
        (
            Figure(
                Measure("cost", "sum"),
                gettext_lazy("Cost"),
                DOLLARS,
                better="lower",
                sort="cost",
            ),
            Figure(
                Measure("ttft", "p50"), gettext_lazy("First token p50"), SECONDS, better="lower"
            ),
            Figure(Measure("tokens", "sum"), gettext_lazy("Tokens"), TOKENS),
        ),
        view=OBSERVATIONS,
    )


def traffic(scope: Scope) -> Drawn:
    measures = Measure("count"), Measure("errors", "sum")
    answer = scope.ask(*measures, view=TRACES, over_time=True)
    if not any(answer.column("count_count")):
        return nothing_of(scope)
    before = time_before(scope, answer, measures[0], view=TRACES)
    lines = (
        Line(column="count_count", words=gettext_lazy("traces")),
        Line(column="sum_errors", words=gettext_lazy("with errors"), tone="bad", terms=(FAILED,)),
    )
    return course(scope, answer, lines, COUNT, view=TRACES, before=before)


def errors(scope: Scope) -> Drawn:
    answer = scope.ask(Measure("count"), by=("status",), over_time=True, terms=(FAILED,), most=6)
    if not answer.rows:
        return Nothing(title=_("No errors"), text=_("No call failed in this time."))
    before = time_before(scope, answer, Measure("count"), terms=(FAILED,))
    return split(scope, answer, "count_count", "status", COUNT, terms=(FAILED,), before=before)


def latency(scope: Scope) -> Drawn:
    answer = scope.ask(
        *(Measure("latency", one) for one in ("p50", "p95", "p99")), view=TRACES, over_time=True
    )
    lines = tuple(
        Line(column=f"{one}_latency", words=one, tone=tone, sort="latency")
        for one, tone in (("p50", "accent"), ("p95", "tool"), ("p99", "bad"))
    )
    before = time_before(scope, answer, Measure("latency", "p50"), view=TRACES)
    return course(scope, answer, lines, SECONDS, view=TRACES, before=before)


def first_token(scope: Scope) -> Drawn:
    answer = scope.ask(Measure("ttft", "p50"), Measure("ttft", "p95"), over_time=True)
    if not any(one is not None for one in answer.column("p50_ttft")):
        return Nothing(
            title=_("No first tokens"),
            text=_("Calls that stream tell when their first token came. None did in this time."),
        )
    lines = (
        Line(column="p50_ttft", words="p50"),
        Line(column="p95_ttft", words="p95", tone="tool"),
    )
    before = time_before(scope, answer, Measure("ttft", "p50"))
    return course(scope, answer, lines, SECONDS, before=before)


def speed(scope: Scope) -> Drawn:
    speeds = Measure("tokens_per_second", "p50")
    asked: dict = {"by": ("model",), "most": 5, "terms": (GENERATIONS,), "rest": False}
    answer = scope.ask(speeds, over_time=True, **asked)
    before = time_before(scope, answer, speeds, **asked)
    terms = (GENERATIONS,)
    return split(scope, answer, speeds.column, "model", RATE, kind=LINE, terms=terms, before=before)


def tokens(scope: Scope) -> Drawn:
    measures = Measure("input_tokens", "sum"), Measure("output_tokens", "sum")
    answer = scope.ask(*measures, over_time=True)
    before = time_before(scope, answer, *measures)
    lines = (
        Line(column="sum_input_tokens", words=gettext_lazy("input"), tone="retriever"),
        Line(column="sum_output_tokens", words=gettext_lazy("output"), tone="generation"),
    )
    before = summed(before, [line.column for line in lines])
    return course(scope, answer, lines, TOKENS, kind=AREA, before=before)


def cost(scope: Scope) -> Drawn:
    answer = scope.ask(
        Measure("cost", "sum"), Measure("unpriced", "sum"), by=("model",), over_time=True, most=8
    )
    priced = [row for row in answer.rows if row["sum_cost"]]
    unpriced = sum(row["sum_unpriced"] or 0 for row in answer.rows)
    chips = (unpriced_chip(scope, int(unpriced)),) if unpriced else ()
    if not priced:
        return EMPTY if not chips else _all_unpriced(scope, chips)
    before = time_before(scope, answer, Measure("cost", "sum"))
    return split(
        scope, answer, "sum_cost", "model", DOLLARS, kind=STACK, chips=chips, before=before
    )


def unpriced_chip(scope: Scope, calls: int) -> Chip:
    """How many calls have no known cost; it leads to where they get one."""
    return Chip(
        words=_("%(n)s unpriced") % {"n": f"{calls:,}"},
        tone="warn",
        href=reverse("model-prices", args=[scope.project.id]),
        title=_(
            "So many calls have no known cost: they are not in these sums. Give their model a"
            " price, and price past calls again."
        ),
    )


def _all_unpriced(scope: Scope, chips: tuple[Chip, ...]) -> Nothing:
    return Nothing(
        title=_("Costs are unknown"),
        text=_("There were calls, and none of their models has a price."),
        href=reverse("model-prices", args=[scope.project.id]),
        action=_("Set prices"),
        chips=chips,
    )


def scores(scope: Scope) -> Drawn:
    means, counted = Measure("value", "avg"), Measure("count")
    asked: dict = {"view": SCORES, "by": ("name",), "order": "count_count", "rest": False}
    answer = scope.ask(means, counted, over_time=True, most=MOST_SCORES, **asked)
    if not any(one is not None for one in answer.column("avg_value")):
        return Nothing(
            title=_("No scores with a number in this time"),
            text=_("Evaluators, people and your own code can say how good an answer was."),
            href=reverse("score-analytics", args=[scope.project.id]),
            action=_("Scores"),
        )
    before = time_before(scope, answer, means, counted, most=2 * MOST_SCORES, **asked)
    return split(scope, answer, "avg_value", "name", SCORE, kind=LINE, view=SCORES, before=before)


def nothing_of(scope: Scope) -> Nothing:
    """Nothing has ever come, or nothing in this time."""
    if scope.terms or first_trace(scope.project.id):
        return EMPTY
    return Nothing(
        title=_("No traces yet"),
        text=_("Point an SDK at this project, and its boards fill as traces come in."),
        href=reverse("setup", args=[scope.project.id]),
        action=_("Set up an SDK"),
    )
