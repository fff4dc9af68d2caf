"""One trace: its tree and waterfall, and whichever span is looked at."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from traces.figures.waterfall import Scale, bar, scale_of
from traces.outline import TreeLine, below, outline
from traces.queries.scores import scores_of
from traces.queries.trace import MAX_SPANS, Extent, locate, span_detail, span_rows
from traces.queries.traces import trace_facts
from traces.templatetags.trace_figures import duration
from traces.tree import Node, Tree, build_tree, opening_span
from traces.views.away import tells_when_away
from traces.views.lists import is_fragment
from traces.views.pane import TABS, Pane, pane

TRACE_ITSELF = "trace"  # as ?span= of what was said of the trace as a whole


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
@tells_when_away
def trace_page(request: HttpRequest, project_id: str, trace_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    extent = locate(project.id, trace_id)
    if extent is None:
        return render(
            request, "traces/no_trace.html", {"project": project, "trace_id": trace_id}, status=404
        )
    base = {"project": project, "trace_id": trace_id, "tab": asked_tab(request)}
    if is_fragment(request) and request.htmx.target == "pane":
        return render(
            request,
            "traces/_pane.html",
            {**base, **shown_span(project.id, trace_id, extent, request)},
        )
    rows = span_rows(project.id, trace_id, extent)
    tree = build_tree(rows)
    scale = scale_of(list(tree))
    if is_fragment(request) and "of" in request.GET:
        lines = more_lines(tree, request)
        return render(request, "traces/_tree_lines.html", {**base, "lines": drawn(lines, scale)})
    return render(
        request,
        "traces/trace.html",
        {**base, **whole(project.id, trace_id, extent, tree, scale, request)},
    )


def asked_tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else next(iter(TABS))


def whole(
    project_id: str, trace_id: str, extent: Extent, tree: Tree, scale: Scale, request: HttpRequest
) -> dict:
    facts = trace_facts(project_id, trace_id, extent)
    if facts is None:
        raise Http404(_("The trace has been deleted."))
    asked_id = request.GET.get("span", "")
    selected = tree.nodes.get(asked_id) or (
        None if asked_id == TRACE_ITSELF else opening_span(tree)
    )
    span_id = selected.id if selected else ""
    failing = [node for node in tree if node.row and node.row.level == "ERROR"]
    return {
        "facts": facts,
        "tree": tree,
        "axis": [(at, duration((scale.end - scale.start) * at // 100)) for at in (0, 25, 50, 75)],
        "lines": drawn(
            outline(tree, selected=selected, opened=tree.nodes.get(request.GET.get("open", ""))),
            scale,
        ),
        "failing": error_steps(tree, failing, selected),
        "cap": MAX_SPANS if facts.spans > MAX_SPANS else 0,
        "first_token_ns": first_token(tree),
        "selected_id": span_id,
        **details(project_id, trace_id, span_id, extent, request, node=selected),
    }


def shown_span(project_id: str, trace_id: str, extent: Extent, request: HttpRequest) -> dict:
    asked_id = request.GET.get("span", "")
    span_id = "" if asked_id == TRACE_ITSELF else asked_id
    node = (
        build_tree(span_rows(project_id, trace_id, extent)).nodes.get(span_id) if span_id else None
    )
    return details(project_id, trace_id, span_id, extent, request, node=node)


def details(
    project_id: str,
    trace_id: str,
    span_id: str,
    extent: Extent,
    request: HttpRequest,
    *,
    node: Node | None,
) -> dict:
    row = span_detail(project_id, trace_id, span_id, extent)
    scores = [
        score
        for score in scores_of(project_id, [trace_id]).get(trace_id, [])
        if score["observation_id"] in ("", span_id)
    ]
    lines = request.GET.get("lines", "")
    max_lines = min(int(lines), 20_000) if lines.isdecimal() and len(lines) < 7 else 400
    shown = pane(row, max_lines=max_lines) if row else None
    return {
        "row": row,
        "node": node,
        "span_id": span_id or TRACE_ITSELF,
        "scores": scores,
        "pane": shown,
        "tabs": tabs(shown, scores) if shown else [],
        "more_lines": max_lines * 4,
    }


def tabs(shown: Pane, scores: list[dict]) -> list[tuple]:
    """Key, words and count of each tab."""
    counts = {
        "attributes": shown.attribute_count,
        "events": shown.event_count,
        "scores": len(scores),
    }
    return [(key, words, counts.get(key)) for key, words in TABS.items()]


def drawn(lines: list[TreeLine], scale: Scale) -> list[dict]:
    """The lines with their bars and indents, for the template."""
    return [
        {
            "line": line,
            "node": line.node,
            "bar": bar(line.node, scale) if line.node else None,
            "indent": min(line.level - 1, 24) * 14,
        }
        for line in lines
    ]


def more_lines(tree: Tree, request: HttpRequest) -> list[TreeLine]:
    parent = tree.nodes.get(request.GET["of"])
    offset = request.GET.get("offset", "0")
    return below(tree, parent, int(offset) if offset.isdecimal() and len(offset) < 7 else 0)


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


def error_steps(tree: Tree, failing: list[Node], selected: Node | None) -> dict:
    """The failing spans in the tree's order, and round which way the others lie."""
    order = {node.id: place for place, node in enumerate(tree)}
    here = order.get(selected.id, -1) if selected else -1
    places = [node.id for node in failing]
    others = [place for place in places if not selected or place != selected.id]
    earlier = [place for place in others if order[place] < here]
    later = [place for place in others if order[place] > here]
    return {
        "count": len(failing),
        "here": places.index(selected.id) + 1 if selected and selected.id in places else 0,
        "previous": (earlier or others or [""])[-1],
        "next": (later or others or [""])[0],
    }
