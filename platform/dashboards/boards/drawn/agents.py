"""What agents do: steps, calls of tools, their errors, and calls that go round in circles."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import time_before, values_before
from dashboards.boards.deriving import derived, narrowed, ratio, total
from dashboards.boards.drawing import Line, course, ranked, split
from dashboards.boards.links import TRACES, trace_page
from dashboards.boards.panel import Cell, Column, Drawn, Nothing, Rows, Scope, Table
from dashboards.boards.spread import bins_before, histogram
from dashboards.boards.tiling import Figure, tiles
from dashboards.boards.units import TEXT
from dashboards.boards.valued import words_of
from traces.axes import COUNT, SECONDS, SHARE
from traces.queries.metrics import STEPS, Measure
from traces.search.terms import Term

AGENTS, TOOLS = Term("type", ("AGENT",)), Term("type", ("TOOL",))
FAILED = Term("level", ("ERROR",))
CALLS = Measure("count")
MOST_TOOLS, MOST_LOOPS = 12, 12


def no_agents() -> Nothing:
    return Nothing(
        title=_("No agent ran in this time"),
        text=_(
            "A trace counts as an agent's when a span in it is of the type AGENT:"
            ' as_type="agent" of an SDK, gen_ai.operation.name = invoke_agent, or'
            " openinference.span.kind = AGENT."
        ),
    )


def no_tools() -> Nothing:
    return Nothing(
        title=_("No tool was called in this time"),
        text=_(
            'Give the span around a tool the type TOOL: as_type="tool" of an SDK,'
            " gen_ai.operation.name = execute_tool, or openinference.span.kind = TOOL."
        ),
    )


def runs_now(scope: Scope) -> Drawn:
    shown = (
        Figure(CALLS, gettext_lazy("Runs"), COUNT),
        Figure(Measure("spans", "p50"), gettext_lazy("Steps per run p50"), COUNT),
        Figure(Measure("spans", "p95"), gettext_lazy("Steps per run p95"), COUNT),
        Figure(Measure("tools", "avg"), gettext_lazy("Tool calls per run"), COUNT),
        Figure(
            Measure("error_rate", "avg"),
            gettext_lazy("Runs with errors"),
            SHARE,
            better="lower",
            terms=(FAILED,),
        ),
    )
    drawn = tiles(scope, shown, view=TRACES, terms=(AGENTS,))
    return drawn if drawn.tiles[0].value else no_agents()


def steps_per_run(scope: Scope) -> Drawn:
    spans = Measure("spans", "histogram")
    answer = scope.ask(spans, view=TRACES, terms=(AGENTS,))
    if not answer.one("histogram_spans"):
        return no_agents()
    return histogram(
        scope,
        answer,
        "histogram_spans",
        COUNT,
        words=gettext_lazy("Runs"),
        field="spans",
        view=TRACES,
        terms=(AGENTS,),
        before=bins_before(scope, spans, view=TRACES, terms=(AGENTS,)),
    )


def steps_over_time(scope: Scope) -> Drawn:
    measures = Measure("spans", "p50"), Measure("spans", "p95")
    answer = scope.ask(*measures, view=TRACES, terms=(AGENTS,), over_time=True)
    if not any(answer.column("p50_spans")):
        return no_agents()
    lines = (
        Line(column="p50_spans", words="p50", terms=(AGENTS,)),
        Line(column="p95_spans", words="p95", tone="tool", terms=(AGENTS,)),
    )
    before = time_before(scope, answer, measures[0], view=TRACES, terms=(AGENTS,))
    return course(scope, answer, lines, COUNT, view=TRACES, before=before)


def tool_calls(scope: Scope) -> Drawn:
    """By tool. Without spans of tools, what models asked for."""
    measures = CALLS, Measure("errors", "sum"), Measure("error_rate"), Measure("latency", "p95")
    answer = scope.ask(*measures, by=("name",), terms=(TOOLS,), most=MOST_TOOLS)
    if not answer.rows:
        return _asked_for(scope)
    columns: tuple = (
        ("count_count", Column(gettext_lazy("Calls"), COUNT)),
        ("sum_errors", Column(gettext_lazy("Errors"), COUNT)),
        ("avg_error_rate", Column(gettext_lazy("Failed"), SHARE)),
        ("p95_latency", Column("p95", SECONDS)),
    )
    if scope.compares:
        answer = values_before(scope, answer, "name", of=CALLS, terms=(TOOLS,))
        columns += (("before", Column(gettext_lazy("Calls before"), COUNT)),)
    return ranked(scope, answer, "name", columns, gettext_lazy("Tool"), terms=(TOOLS,))


def _asked_for(scope: Scope) -> Drawn:
    answer = scope.ask(CALLS, by=("tool",), terms=(Term("has", ("tool",)),), most=MOST_TOOLS)
    if not answer.rows:
        return no_tools()
    columns = (("count_count", Column(gettext_lazy("Calls with it"), COUNT)),)
    return ranked(scope, answer, "tool", columns, gettext_lazy("Tool asked for"))


def tool_errors(scope: Scope) -> Drawn:
    terms = TOOLS, FAILED
    answer = scope.ask(CALLS, by=("name",), over_time=True, most=6, terms=terms)
    if not answer.rows:
        return Nothing(
            title=_("No tool failed"),
            text=_("A failed tool is a span of the type TOOL with the level ERROR."),
        )
    before = time_before(scope, answer, CALLS, terms=terms)
    return split(scope, answer, "count_count", "name", COUNT, terms=terms, before=before)


def loops(scope: Scope) -> Drawn:
    """Traces in which a tool is called again with the very same input."""
    measures = Measure("repeats", "sum"), Measure("repeats", "count")
    answer = scope.ask(
        *measures, view=STEPS, by=("trace", "name"), terms=(TOOLS,), most=MOST_LOOPS, rest=False
    )
    if not answer.rows:
        return no_tools()
    found = narrowed(answer, lambda row: row["sum_repeats"]).rows
    if not found:
        return Nothing(
            title=_("No call repeats itself"),
            text=_("No trace calls a tool twice with the same input."),
        )
    lines = []
    for row in found:
        href = trace_page(scope, row["trace"])
        named = words_of(row["name"]), row["trace"][:12], row["sum_repeats"], row["count_repeats"]
        lines.append(tuple(Cell(one, href) for one in named))
    columns = (
        Column(gettext_lazy("Tool"), TEXT),
        Column(gettext_lazy("Trace"), TEXT),
        Column(gettext_lazy("Repeated calls"), COUNT),
        Column(gettext_lazy("Calls"), COUNT),
    )
    return Rows(table=Table(columns, tuple(lines)), is_exact=answer.is_exact)


def repeated_over_time(scope: Scope) -> Drawn:
    repeats = Measure("repeats", "avg")
    answer = scope.ask(repeats, view=STEPS, terms=(TOOLS,), over_time=True)
    if not answer.rows:
        return no_tools()
    line = Line(
        column="avg_repeats", words=gettext_lazy("repeated calls"), tone="warn", terms=(TOOLS,)
    )
    before = time_before(scope, answer, repeats, view=STEPS, terms=(TOOLS,))
    return course(scope, answer, (line,), SHARE, before=before)


def depth(scope: Scope) -> Drawn:
    """How many of the spans lie how deep: 1 are the outermost of traces."""
    measures = Measure("count"), Measure("error_rate", "avg")
    answer = scope.ask(
        *measures, view=STEPS, by=("depth",), order="depth", ascending=True, rest=False
    )
    if not answer.rows:
        return no_agents()
    whole = total(answer, "count_count")[0]
    answer = derived(answer, share=lambda row: ratio(row["count_count"], whole))
    columns = (
        ("share", Column(gettext_lazy("Share of the spans"), SHARE)),
        ("avg_error_rate", Column(gettext_lazy("Failed"), SHARE)),
    )
    return ranked(scope, answer, "depth", columns, gettext_lazy("Depth"))
