"""The lines of a trace's tree as its template draws them."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from django.http import HttpRequest

from comments import threads
from traces.critical import gaps
from traces.figures.waterfall import Scale, bar, hollows
from traces.outline import TreeLine, below
from traces.tree import Tree

MOST_STEPS = 24  # of indent: deeper spans stand no further to the right
STEP = 14  # pixels


def drawn(
    lines: list[TreeLine],
    scale: Scale,
    hits: Collection[str] = (),
    comments: Mapping[str, int] = MappingProxyType({}),
) -> list[dict]:
    """The lines with their bars and indents; `hits` are the spans that are marked, `comments` how
    many each has.
    """
    whole = scale.end - scale.start
    return [
        {
            "line": line,
            "node": line.node,
            "bar": bar(line.node, scale) if line.node else None,
            "hollows": hollows(gaps(line.node, whole), scale) if line.node else [],
            "indent": min(line.level - 1, MOST_STEPS) * STEP,
            "is_hit": bool(line.node and line.node.id in hits),
            "comments": comments.get(line.node.id, 0) if line.node else 0,
        }
        for line in lines
    ]


def comments_on(project_id: str, trace_id: str, lines: list[TreeLine]) -> dict[str, int]:
    """How many comments the spans of the lines have, of those that have any."""
    ids = [line.node.id for line in lines if line.node and line.node.row]
    return threads.counts(project_id, str(threads.ObjectType.OBSERVATION), ids, trace_id=trace_id)


def more_lines(tree: Tree, request: HttpRequest) -> list[TreeLine]:
    """What is asked for with ?of=: the children of a span from number ?offset= on."""
    parent = tree.nodes.get(request.GET["of"])
    offset = request.GET.get("offset", "0")
    return below(tree, parent, int(offset) if offset.isdecimal() and len(offset) < 7 else 0)
