"""What a trace waited for: its critical path, and the stretches in which it waited for nothing that
is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from traces.tree import Node, Tree

LEAST_GAP_NS = 100_000_000  # what is shorter is the work between two calls
LEAST_GAP_SHARE = 0.02  # of the trace: less than that is no stretch of a waterfall
SLOW_SHARE = 0.1  # of the trace, in a span's own time


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a span's time, in nanoseconds, in which no child of it ran."""

    start: int
    end: int


def whole_ns(tree: Tree) -> int:
    """From the first start to the last end of the trace's spans."""
    starts = [node.row.start_time for node in tree if node.row]
    return _latest(tree) - min(starts) if starts else 0


def critical_path(tree: Tree) -> list[Node]:
    """The spans whose time made the trace as long as it is, in the order of the tree.

    Found from the end backwards: of a span on the path, the child that ended last is on it too; so
    is, of the children that had ended when that one began, the last to end; and so on to the span's
    start. A child that outlives its parent counts up to the parent's end. A span that has not ended
    lasts as long as the trace. What took no time, and stand-ins for spans that have not come, are
    never on it. The roots are walked like the children of one span.
    """
    latest = _latest(tree)
    ends = _ends(tree, latest)
    on_it: set[int] = set()
    waiting = [(tree.roots, latest)]
    while waiting:
        siblings, until = waiting.pop()
        bounded = [(min(ends[id(node)], until), node) for node in siblings]
        bounded.sort(key=lambda pair: (-pair[0], pair[1].start, pair[1].id))
        for end, node in bounded:
            if node.start >= end or end > until:
                continue
            on_it.add(id(node))
            waiting.append((node.children, end))
            until = node.start
    return [node for node in tree if node.row and id(node) in on_it]


def slow_spans(tree: Tree) -> list[Node]:
    """The spans whose own time, which no child covers, is a tenth of the trace or more; of a span
    that stands alone nothing is said.
    """
    least = whole_ns(tree) * SLOW_SHARE
    if not least or len(tree.nodes) < 2:
        return []
    return [node for node in tree if node.self_ns is not None and node.self_ns >= least]


def gaps(node: Node, whole: int) -> list[Gap]:
    """The stretches of an ended span with children in which none of them ran, of those that are
    long: LEAST_GAP_NS, and LEAST_GAP_SHARE of the `whole` trace.
    """
    if not node.children or node.row is None or node.end is None:
        return []
    least = max(LEAST_GAP_NS, whole * LEAST_GAP_SHARE)
    found, covered = [], node.start
    for child in node.children:  # in order of start
        begins = min(child.start, node.end)
        if begins - covered >= least:
            found.append(Gap(covered, begins))
        ends = child.end if child.end is not None or _is_moment(child) else node.end
        covered = max(covered, begins if ends is None else min(ends, node.end))
    if node.end - covered >= least:
        found.append(Gap(covered, node.end))
    return found


def _is_moment(node: Node) -> bool:
    """An event has no end, and runs for no time."""
    return bool(node.row and node.row.type == "EVENT")


def _latest(tree: Iterable[Node]) -> int:
    return max(
        (max(row.start_time, row.end_time or 0) for node in tree if (row := node.row)), default=0
    )


def _ends(tree: Tree, latest: int) -> dict[int, int]:
    """When each ended, by the identity of its node; of a stand-in the last of its children."""
    ends: dict[int, int] = {}
    for node in reversed(tree.nodes.values()):
        if node.row is None:
            ends[id(node)] = max(ends[id(child)] for child in node.children)
        elif node.end is not None:
            ends[id(node)] = node.end
        else:
            ends[id(node)] = node.start if _is_moment(node) else latest
    return ends
