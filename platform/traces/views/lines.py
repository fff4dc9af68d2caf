"""The lines of a trace's tree as its template draws them."""

from collections.abc import Collection

from django.http import HttpRequest

from traces.critical import gaps
from traces.figures.waterfall import Scale, bar, hollows
from traces.outline import TreeLine, below
from traces.tree import Tree

MOST_STEPS = 24  # of indent: deeper spans stand no further to the right
STEP = 14  # pixels


def drawn(lines: list[TreeLine], scale: Scale, hits: Collection[str] = ()) -> list[dict]:
    """The lines with their bars and indents; `hits` are the spans that are marked."""
    whole = scale.end - scale.start
    return [
        {
            "line": line,
            "node": line.node,
            "bar": bar(line.node, scale) if line.node else None,
            "hollows": hollows(gaps(line.node, whole), scale) if line.node else [],
            "indent": min(line.level - 1, MOST_STEPS) * STEP,
            "is_hit": bool(line.node and line.node.id in hits),
        }
        for line in lines
    ]


def more_lines(tree: Tree, request: HttpRequest) -> list[TreeLine]:
    """What is asked for with ?of=: the children of a span from number ?offset= on."""
    parent = tree.nodes.get(request.GET["of"])
    offset = request.GET.get("offset", "0")
    return below(tree, parent, int(offset) if offset.isdecimal() and len(offset) < 7 else 0)
