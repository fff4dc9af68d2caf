"""How long it takes, and where the time goes."""

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import time_before, values_before
from dashboards.boards.deriving import derived, narrowed, ratio, total
from dashboards.boards.drawing import Line, course, listing, ranked, split
from dashboards.boards.figures import LINE
from dashboards.boards.links import TRACES
from dashboards.boards.panel import Column, Drawn, Nothing, Scope
from dashboards.boards.spread import bins_before, heat_map, histogram
from traces.axes import COUNT, RATE, SECONDS, SHARE
from traces.queries.metrics import STEPS, Answer, Measure, Only
from traces.search.terms import Term

MODEL_CALLS = Term("type", ("GENERATION", "EMBEDDING"))
GENERATIONS = Term("type", ("GENERATION",))
BY_MODEL: dict = {"by": ("model",), "most": 6, "rest": False, "terms": (GENERATIONS,)}
MOST_STEPS = 12
PERCENTILES = (("p50", "accent"), ("p95", "tool"), ("p99", "bad"))
BY: dict[str, str | Promise] = {
    "model": gettext_lazy("Model"),
    "name": gettext_lazy("Span name"),
    "type": gettext_lazy("Type"),
    "trace_name": gettext_lazy("Name of the trace"),
    "provider": gettext_lazy("Provider"),
    "environment": gettext_lazy("Environment"),
    "release": gettext_lazy("Release"),
    "version": gettext_lazy("Version"),
    "prompt": gettext_lazy("Prompt"),
    "tool": gettext_lazy("Tool"),
    "user": gettext_lazy("User"),
}


def nothing_timed() -> Nothing:
    return Nothing(
        title=_("Nothing was timed"),
        text=_(
            "Latency is the time from a span's start to its end. SDKs send both when an observation"
            " is ended: end() in Python and JavaScript, or the end of the with block."
        ),
    )


def of_traces(scope: Scope) -> Drawn:
    measures = [Measure("latency", one) for one, _tone in PERCENTILES]
    answer = scope.ask(*measures, view=TRACES, over_time=True)
    if not _is_known(answer, "p50_latency"):
        return nothing_timed()
    before = time_before(scope, answer, measures[0], view=TRACES)
    lines = [
        Line(column=f"{one}_latency", words=one, tone=tone, sort="latency")
        for one, tone in PERCENTILES
    ]
    return course(scope, answer, lines, SECONDS, view=TRACES, before=before)


def distribution(scope: Scope) -> Drawn:
    """Of the calls of models."""
    latencies = Measure("latency", "histogram")
    answer = scope.ask(latencies, terms=(MODEL_CALLS,))
    if not answer.one("histogram_latency"):
        return nothing_timed()
    return histogram(
        scope,
        answer,
        "histogram_latency",
        SECONDS,
        words=gettext_lazy("Calls"),
        field="latency",
        terms=(MODEL_CALLS,),
        before=bins_before(scope, latencies, terms=(MODEL_CALLS,)),
    )


def heat(scope: Scope) -> Drawn:
    answer = scope.ask(Measure("latency", "histogram"), terms=(MODEL_CALLS,), over_time=True)
    if not any(answer.column("histogram_latency")):
        return nothing_timed()
    return heat_map(
        scope,
        answer,
        "histogram_latency",
        SECONDS,
        words=gettext_lazy("Calls"),
        field="latency",
        terms=(MODEL_CALLS,),
    )


def by_value(scope: Scope) -> Drawn:
    """Of the board's dimension."""
    measures = (
        Measure("latency", "p95"),
        Measure("latency", "p50"),
        Measure("latency", "p99"),
        Measure("ttft", "p50"),
        Measure("tokens_per_second", "p50"),
        Measure("latency", "count"),
    )
    answer = scope.ask(
        *measures, by=(scope.by,), only=(_said(scope),), order="count_latency", rest=False, most=15
    )
    answer = narrowed(answer, lambda row: row["count_latency"] and row[scope.by])
    if not answer.rows:
        return nothing_timed()
    columns: tuple = (
        ("p95_latency", Column("p95", SECONDS)),
        ("p50_latency", Column("p50", SECONDS)),
        ("p99_latency", Column("p99", SECONDS)),
        ("p50_ttft", Column(gettext_lazy("First token p50"), SECONDS)),
        ("p50_tokens_per_second", Column(gettext_lazy("Tokens per second p50"), RATE)),
        ("count_latency", Column(gettext_lazy("Spans"), COUNT)),
    )
    if scope.compares:
        answer = values_before(scope, answer, scope.by, of=measures[0], only=(_said(scope),))
        columns += (("before", Column(gettext_lazy("p95 before"), SECONDS)),)
    words = BY.get(scope.by, scope.by)
    return listing(scope, answer, scope.by, columns, words, sort="latency")


def _said(scope: Scope) -> Only:
    """Of the spans that say anything of the board's dimension, few where that is the model."""
    return Only(scope.by, ("",), "none of")


def over_time(scope: Scope) -> Drawn:
    """The 95th percentile of the board's dimension."""
    measures = Measure("latency", "p95"), Measure("latency", "count")
    asked: dict = {"by": (scope.by,), "only": (_said(scope),), "order": "count_latency"}
    asked |= {"most": 6, "rest": False}
    answer = scope.ask(*measures, over_time=True, **asked)
    answer = narrowed(answer, lambda row: row["count_latency"] and row[scope.by])
    if not answer.rows:
        return nothing_timed()
    before = time_before(scope, answer, *measures, **asked)
    return split(scope, answer, "p95_latency", scope.by, SECONDS, kind=LINE, before=before)


def first_token(scope: Scope) -> Drawn:
    answer = scope.ask(Measure("ttft", "p95"), over_time=True, **BY_MODEL)
    answer = narrowed(answer, lambda row: row["p95_ttft"] is not None)
    if not answer.rows:
        return Nothing(
            title=_("No first tokens"),
            text=_(
                "Calls that stream tell when their first token came: completion_start_time, or"
                " gen_ai.response.time_to_first_chunk. None did in this time."
            ),
        )
    before = time_before(scope, answer, Measure("ttft", "p95"), **BY_MODEL)
    terms = (GENERATIONS,)
    return split(scope, answer, "p95_ttft", "model", SECONDS, kind=LINE, terms=terms, before=before)


def speed(scope: Scope) -> Drawn:
    speeds = Measure("tokens_per_second", "p50")
    answer, column = scope.ask(speeds, over_time=True, **BY_MODEL), speeds.column
    answer = narrowed(answer, lambda row: row[column] is not None)
    if not answer.rows:
        return Nothing(
            title=_("No model wrote anything"),
            text=_(
                "The speed follows from the end of a generation and its output tokens:"
                " gen_ai.usage.output_tokens, or usage_details of an SDK."
            ),
        )
    before = time_before(scope, answer, speeds, **BY_MODEL)
    terms = (GENERATIONS,)
    return split(scope, answer, column, "model", RATE, kind=LINE, terms=terms, before=before)


def own_time(scope: Scope) -> Drawn:
    """Which steps the time of traces goes to: what a span's children take is theirs."""
    return _shares(scope, "name", gettext_lazy("Step"))


def own_time_by_type(scope: Scope) -> Drawn:
    return _shares(scope, "type", gettext_lazy("Type"))


def _shares(scope: Scope, dimension: str, words: str | Promise) -> Drawn:
    measures = (
        Measure("own", "sum"),
        Measure("own", "p50"),
        Measure("own", "p95"),
        Measure("own", "count"),
    )
    answer = scope.ask(*measures, view=STEPS, by=(dimension,), most=200, rest=False)
    answer = narrowed(answer, lambda row: row["count_own"])
    if not answer.rows:
        return nothing_timed()
    whole = total(answer, "sum_own")[0]
    answer = derived(answer, share=lambda row: ratio(row["sum_own"], whole))
    answer = replace(answer, rows=answer.rows[:MOST_STEPS])
    columns: tuple = (
        ("share", Column(gettext_lazy("Share of the time"), SHARE)),
        ("p50_own", Column("p50", SECONDS)),
        ("p95_own", Column("p95", SECONDS)),
    )
    if scope.compares:
        answer = values_before(scope, answer, dimension, of=measures[2], view=STEPS)
        columns += (("before", Column(gettext_lazy("p95 before"), SECONDS)),)
    return ranked(scope, answer, dimension, columns, words, sort="latency")


def by_depth(scope: Scope) -> Drawn:
    """1 are the outermost spans of traces."""
    measures = Measure("latency", "p95"), Measure("latency", "p50"), Measure("own", "p50")
    answer = scope.ask(
        *measures, view=STEPS, by=("depth",), order="depth", ascending=True, rest=False
    )
    answer = narrowed(answer, lambda row: row["p95_latency"] is not None)
    if not answer.rows:
        return nothing_timed()
    columns: tuple = (
        ("p95_latency", Column("p95", SECONDS)),
        ("p50_latency", Column("p50", SECONDS)),
        ("p50_own", Column(gettext_lazy("Own time p50"), SECONDS)),
    )
    if scope.compares:
        answer = values_before(scope, answer, "depth", of=measures[0], view=STEPS)
        columns += (("before", Column(gettext_lazy("p95 before"), SECONDS)),)
    return ranked(scope, answer, "depth", columns, gettext_lazy("Depth"))


def _is_known(answer: Answer, column: str) -> bool:
    return any(one is not None for one in answer.column(column))
