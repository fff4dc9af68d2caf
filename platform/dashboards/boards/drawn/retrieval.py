"""What searches find, and how long they take."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import summed, time_before, values_before
from dashboards.boards.deriving import narrowed, pivoted
from dashboards.boards.drawing import Line, course, listing
from dashboards.boards.figures import STACK
from dashboards.boards.panel import Column, Drawn, Nothing, Scope
from dashboards.boards.spread import bins_before, histogram
from dashboards.boards.summing import Part, tiles_of
from traces.axes import COUNT, SCORE, SECONDS, SHARE
from traces.queries.metrics import STEPS, Answer, Measure
from traces.search.terms import Term

SEARCHES = Term("type", ("RETRIEVER",))
STAGES = {
    "embed": (gettext_lazy("embed"), "embedding", Term("type", ("EMBEDDING",))),
    "search": (gettext_lazy("search"), "retriever", SEARCHES),
    "rerank": (gettext_lazy("rerank"), "agent", Term("span", ("rerank",), comparison="~")),
}


def no_searches() -> Nothing:
    return Nothing(
        title=_("No search in this time"),
        text=_(
            'Give the span around a search the type RETRIEVER: as_type="retriever" of an SDK,'
            " gen_ai.operation.name = retrieval, or openinference.span.kind = RETRIEVER."
        ),
    )


def no_documents() -> Nothing:
    return Nothing(
        title=_("It is not known what searches found"),
        text=_(
            "It is read from the output of RETRIEVER spans: a JSON list of documents, or an object"
            " with documents, docs, results, nodes or matches; each may have a score."
        ),
    )


def searches_now(scope: Scope) -> Drawn:
    measures = [
        Measure(name, how)
        for name in ("results", "empty", "relevance", "latency")
        for how in ("sum", "count")
    ]
    now = scope.ask(*measures, view=STEPS, terms=(SEARCHES,), over_time=True)
    if not now.rows:
        return no_searches()
    before = (
        scope.previous.ask(*measures, view=STEPS, terms=(SEARCHES,)) if scope.compares else None
    )
    return tiles_of(
        scope,
        now,
        before,
        (
            _mean("results", gettext_lazy("Results per search"), COUNT),
            _mean("empty", gettext_lazy("Found nothing"), SHARE, "lower"),
            _mean("relevance", gettext_lazy("Relevance"), SCORE, "higher"),
            _mean("latency", gettext_lazy("Latency, on average"), SECONDS, "lower"),
        ),
    )


def _mean(name: str, words: object, unit: str, better: str = "") -> Part:
    columns = f"sum_{name}", f"count_{name}"
    return Part(str(words), unit, columns, better=better, terms=(SEARCHES,))


def results(scope: Scope) -> Drawn:
    found = Measure("results", "histogram")
    answer = scope.ask(found, view=STEPS, terms=(SEARCHES,))
    if not answer.one("histogram_results"):
        return no_documents()
    before = bins_before(scope, found, view=STEPS, terms=(SEARCHES,))
    words = gettext_lazy("Searches")
    return histogram(scope, answer, found.column, COUNT, words=words, before=before)


def relevance(scope: Scope) -> Drawn:
    measures = Measure("relevance", "avg"), Measure("relevance", "p50")
    answer = scope.ask(*measures, view=STEPS, terms=(SEARCHES,), over_time=True)
    if not any(one is not None for one in answer.column("avg_relevance")):
        return no_documents()
    lines = (
        Line(column="avg_relevance", words=gettext_lazy("mean"), terms=(SEARCHES,)),
        Line(column="p50_relevance", words="p50", tone="retriever", terms=(SEARCHES,)),
    )
    before = time_before(scope, answer, measures[0], view=STEPS, terms=(SEARCHES,))
    return course(scope, answer, lines, SCORE, before=before)


def empty(scope: Scope) -> Drawn:
    rate = Measure("empty", "avg")
    answer = scope.ask(rate, view=STEPS, terms=(SEARCHES,), over_time=True)
    if not any(one is not None for one in answer.column("avg_empty")):
        return no_documents()
    words = gettext_lazy("searches that found nothing")
    line = Line(column="avg_empty", words=words, tone="warn", terms=(SEARCHES,))
    before = time_before(scope, answer, rate, view=STEPS, terms=(SEARCHES,))
    return course(scope, answer, (line,), SHARE, before=before)


def stages(scope: Scope) -> Drawn:
    """The median time of its own of each stage: what a search's children take is theirs."""
    own = Measure("own", "p50")
    asked: dict = {"view": STEPS, "by": ("stage",), "order": own.column, "rest": False}
    answer = _staged(scope.ask(own, over_time=True, **asked))
    if not answer.rows:
        return no_searches()
    before = time_before(scope, answer, own, **asked)
    if before is not None:
        before, past = pivoted(_staged(before), own.column, ("stage",))
        before = summed(before, [*past.values()])
    answer, columns = pivoted(answer, "p50_own", ("stage",))
    lines = [
        Line(column=columns[(stage,)], words=words, tone=tone, terms=(term,))
        for stage, (words, tone, term) in STAGES.items()
        if (stage,) in columns
    ]
    return course(scope, answer, lines, SECONDS, kind=STACK, before=before)


def _staged(answer: Answer) -> Answer:
    return narrowed(answer, lambda row: row["stage"] and row["p50_own"] is not None)


def retrievers(scope: Scope) -> Drawn:
    measures = (
        Measure("count"),
        Measure("latency", "p50"),
        Measure("latency", "p95"),
        Measure("error_rate"),
    )
    answer = scope.ask(*measures, by=("name",), terms=(SEARCHES,), most=12)
    if not answer.rows:
        return no_searches()
    columns: tuple = (
        ("count_count", Column(gettext_lazy("Searches"), COUNT)),
        ("p50_latency", Column("p50", SECONDS)),
        ("p95_latency", Column("p95", SECONDS)),
        ("avg_error_rate", Column(gettext_lazy("Failed"), SHARE)),
    )
    if scope.compares:
        answer = values_before(scope, answer, "name", of=measures[0], terms=(SEARCHES,))
        columns += (("before", Column(gettext_lazy("Searches before"), COUNT)),)
    words = gettext_lazy("Search")
    return listing(scope, answer, "name", columns, words, terms=(SEARCHES,), sort="latency")
