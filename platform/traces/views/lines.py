"""The lines of a trace's tree as its template draws them."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest

from comments import threads
from traces.critical import gaps
from traces.figures.waterfall import Scale, bar, hollows
from traces.outline import TreeLine, below
from traces.queries.trace import SpanRow
from traces.templatetags.trace_figures import duration, kind, kind_class, latency
from traces.templatetags.trace_tree import node_summary
from traces.tree import Node, Tree

MOST_STEPS = 24  # of indent: deeper spans stand no further to the right
STEP = 14  # pixels


def drawn(
    lines: list[TreeLine],
    scale: Scale,
    hits: Collection[str] = (),
    comments: Mapping[str, int] = MappingProxyType({}),
    selected: str = "",
) -> list[dict]:
    """The lines with their bars and indents; `hits` are the spans that are marked, `comments` how
    many each has. What every line shows is text already: the template's own filters, lookups and
    inclusions took 80 ms for 200 lines.
    """
    whole = scale.end - scale.start
    kinds = {type_: kind(type_) for type_ in _types(lines)}
    found = []
    for line in lines:
        one = _place(line)
        if line.node and line.node.row:
            one |= _span(line.node, line.node.row, scale, whole)
            one["kind"] = kinds[line.node.row.type]
            one["is_hit"] = line.node.id in hits
            one["is_selected"] = line.node.id == selected
            one["comments"] = comments.get(line.node.id, 0)
        found.append(one)
    return found


def _types(lines: Iterable[TreeLine]) -> set[str]:
    return {line.node.row.type for line in lines if line.node and line.node.row}


def _place(line: TreeLine) -> dict[str, Any]:
    """Where the line stands, and what it folds."""
    has_children = bool(line.node and line.node.children)
    return {
        "line": line,
        "node": line.node,
        "row": line.node.row if line.node else None,
        "level": str(line.level),
        "position": str(line.position),
        "siblings": str(line.siblings),
        "indent": str(min(line.level - 1, MOST_STEPS) * STEP),
        "expanded": str(line.is_open).lower() if has_children else "",
        "is_folded": has_children and not line.is_open,
        "id_in_links": quote(line.node.id, safe="") if line.node else "",
    }


def _span(node: Node, row: SpanRow, scale: Scale, whole: int) -> dict[str, Any]:
    is_open = row.end_time is None and row.type != "EVENT"
    return {
        "css": kind_class(row.type),
        "failed": row.level == "ERROR",
        "name": row.name or row.span_id,
        "summary": node_summary(node),
        "latency": "" if is_open else duration(latency(node)),
        "bar": bar(node, scale),
        "hollows": hollows(gaps(node, whole), scale),
    }


def comments_on(project_id: str, trace_id: str, lines: list[TreeLine]) -> dict[str, int]:
    """How many comments the spans of the lines have, of those that have any."""
    ids = [line.node.id for line in lines if line.node and line.node.row]
    return threads.counts(project_id, str(threads.ObjectType.OBSERVATION), ids, trace_id=trace_id)


def more_lines(tree: Tree, request: HttpRequest) -> list[TreeLine]:
    """What is asked for with ?of=: the children of a span from number ?offset= on."""
    parent = tree.nodes.get(request.GET["of"])
    offset = request.GET.get("offset", "0")
    return below(tree, parent, int(offset) if offset.isdecimal() and len(offset) < 7 else 0)
