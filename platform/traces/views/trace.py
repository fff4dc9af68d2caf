"""One trace: its tree and waterfall, and whichever span is looked at."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from traces.critical import whole_ns
from traces.figures.graph import agent_graph
from traces.figures.waterfall import Scale, scale_of
from traces.matches import PILLS, Steps, marked_spans, steps
from traces.outline import outline
from traces.queries.search import spans_with
from traces.queries.talk import calls_of
from traces.queries.together import together
from traces.queries.trace import MAX_SPANS, Extent, SpanRow, locate, span_rows
from traces.queries.trace_row import TraceRow
from traces.queries.traces import trace_facts
from traces.render.thread import thread_of
from traces.templatetags.trace_figures import duration
from traces.tree import Node, Tree, build_tree, opening_span
from traces.views.away import tells_when_away
from traces.views.compare import alike, compare, is_asked
from traces.views.details import details
from traces.views.inside import TRACE_ITSELF, VIEWS, Inside, inside
from traces.views.lines import comments_on, drawn, more_lines
from traces.views.lists import is_fragment
from traces.views.share import links_of


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
@tells_when_away
def trace_page(request: HttpRequest, project_id: str, trace_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    if is_asked(request) and not is_fragment(request):
        return compare(request, project, trace_id)
    found = answer(request, project, trace_id)
    if found is None:
        context = {"project": project, "trace_id": trace_id}
        return render(request, "traces/no_trace.html", context, status=404)
    return found


def answer(
    request: HttpRequest, project: Project, trace_id: str, *, is_public: bool = False
) -> HttpResponse | None:
    """The page or the part of it that is asked for; None where there is no such trace. In public
    nothing leads to the project, and templates know none.
    """
    extent = locate(project.id, trace_id)
    if extent is None:
        return None
    asked = inside(request)
    found, facts = spans_and_facts(project.id, trace_id, extent, only_spans=is_part(request))
    tree = build_tree(found)
    marked = marked_in(project.id, trace_id, extent, tree, asked)
    base: dict[str, Any] = {"trace_id": trace_id, "asked": asked, "is_public": is_public}
    base |= {"tab": asked.tab, "keep": asked.keep, "project": None if is_public else project}
    if is_fragment(request) and request.htmx.target == "pane":
        context = {**base, **span_only(project, trace_id, extent, tree, marked, request, is_public)}
        return render(request, "traces/_pane_and_steps.html", context)
    scale = scale_of(list(tree))
    hits = {node.id for node in marked} if asked.is_marking else set()
    if is_fragment(request) and "of" in request.GET:
        lines = more_lines(tree, request)
        talked = {} if is_public else comments_on(project.id, trace_id, lines)
        shown = drawn(lines, scale, hits, talked)
        return render(request, "traces/_tree_lines.html", {**base, "lines": shown})
    if facts is None:
        raise Http404(_("The trace has been deleted."))
    context = whole(project, trace_id, extent, tree, scale, marked, request, is_public)
    context["facts"] = facts
    context["cap"] = MAX_SPANS if facts.spans > MAX_SPANS else 0
    page = "traces/shared.html" if is_public else "traces/trace.html"
    return render(request, page, {**base, **context})


def is_part(request: HttpRequest) -> bool:
    """Whether the pane of a span is asked for, or lines of the tree."""
    return is_fragment(request) and (request.htmx.target == "pane" or "of" in request.GET)


def spans_and_facts(
    project_id: str, trace_id: str, extent: Extent, *, only_spans: bool
) -> tuple[list[SpanRow], TraceRow | None]:
    if only_spans:
        return span_rows(project_id, trace_id, extent), None
    return together(
        lambda: span_rows(project_id, trace_id, extent),
        lambda: trace_facts(project_id, trace_id, extent),
    )


def marked_in(
    project_id: str, trace_id: str, extent: Extent, tree: Tree, asked: Inside
) -> list[Node]:
    found = spans_with(project_id, trace_id, extent, asked.find) if asked.find else None
    return marked_spans(tree, asked.mark, found)


def whole(
    project: Project,
    trace_id: str,
    extent: Extent,
    tree: Tree,
    scale: Scale,
    marked: list[Node],
    request: HttpRequest,
    is_public: bool,
) -> dict:
    asked = inside(request)
    selected = chosen(tree, marked, asked)
    span_id = selected.id if selected else ""
    led_to = marked if asked.is_marking else []
    opened = tree.nodes.get(request.GET.get("open", ""))
    lines = outline(tree, selected=selected, opened=opened, marked=led_to)
    shown = {}
    if asked.view == "graph":
        shown = graph_of(tree, selected, led_to)
    elif asked.view == "talk":
        shown = talk_of(project.id, trace_id, extent)
    talked = {} if is_public else comments_on(project.id, trace_id, lines)
    return {
        **shown,
        **({} if is_public else links_of(project, trace_id)),
        "tree": tree,
        "axis": [(at, duration((scale.end - scale.start) * at // 100)) for at in (0, 25, 50, 75)],
        "lines": drawn(lines, scale, {node.id for node in led_to}, talked, span_id),
        "views": VIEWS.items(),
        "pills": [(pill, len(marks(tree))) for pill, marks in PILLS.items()],
        "steps": steps(tree, marked, selected),
        "first_token_ns": first_token(tree),
        "selected_id": span_id,
        "alike": alike(tree, selected),
        **details(project, trace_id, span_id, extent, request, node=selected, is_public=is_public),
        "whole_ns": whole_ns(tree),
    }


def graph_of(tree: Tree, selected: Node | None, marked: list[Node]) -> dict:
    graph = agent_graph(tree)
    step_of = {node.id: step for step in graph.steps for node in step.nodes}
    return {
        "graph": graph,
        "current_step": step_of.get(selected.id) if selected else None,
        "hit_steps": {step_of[node.id] for node in marked if node.id in step_of},
    }


def talk_of(project_id: str, trace_id: str, extent: Extent) -> dict:
    found = calls_of(project_id, trace_id, extent)
    return {"calls": found, "thread": thread_of(found.calls)}


def chosen(tree: Tree, marked: Sequence[Node], asked: Inside) -> Node | None:
    """The span that is asked for, else the first that is marked, else what matters most."""
    if asked.span == TRACE_ITSELF and TRACE_ITSELF not in tree.nodes:
        return None
    if asked.is_marking and asked.span not in tree.nodes and marked:
        return marked[0]
    asked_for = tree.nodes.get(asked.span)
    return asked_for if asked_for and asked_for.row else opening_span(tree)


def span_only(
    project: Project,
    trace_id: str,
    extent: Extent,
    tree: Tree,
    marked: list[Node],
    request: HttpRequest,
    is_public: bool,
) -> dict:
    """One span's pane, and the steps from it to the other marked ones."""
    asked_id = request.GET.get("span", "")
    span_id = "" if asked_id == TRACE_ITSELF else asked_id
    node = tree.nodes.get(span_id)
    around: Steps = steps(tree, marked, node)
    return {
        "steps": around,
        "alike": alike(tree, node),
        "whole_ns": whole_ns(tree),
        **details(project, trace_id, span_id, extent, request, node=node, is_public=is_public),
    }


def first_token(tree: Tree) -> int | None:
    """How long the trace's user waited for the first token: from the trace's start to the first of
    any generation.
    """
    moments = [
        node.row.completion_start_time
        for node in tree
        if node.row and node.row.completion_start_time
    ]
    starts = [node.row.start_time for node in tree if node.row]
    return min(moments) - min(starts) if moments else None
