"""A trace's rows as a tree: pure, without recursion, for any rows that a client may have sent.

Parents that never came are shown as such, cycles are cut where they start earliest, and every row
appears once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from traces.queries.trace import SpanRow

MISSING_PARENT = "missing_parent"  # its parent was named and has not come
CYCLE = "cycle"  # its parent is also its descendant; the link is cut here


@dataclass(slots=True)
class Totals:
    """Sums over a span and all that it holds. `unpriced` counts the spans whose cost is unknown."""

    spans: int = 0
    errors: int = 0
    tokens: int = 0
    cost: Decimal | None = None
    unpriced: int = 0

    def add(self, other: "Totals") -> None:
        self.spans += other.spans
        self.errors += other.errors
        self.tokens += other.tokens
        self.unpriced += other.unpriced
        if other.cost is not None:
            self.cost = other.cost if self.cost is None else self.cost + other.cost


@dataclass(slots=True, eq=False)
class Node:
    """A span in its place, or (`row` is None) the stand-in for a parent that several spans name and
    that has not come.
    """

    id: str
    row: SpanRow | None
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    depth: int = 0
    mark: str = ""
    totals: Totals = field(default_factory=Totals)
    self_ns: int | None = None  # its own time: what no child covers

    @property
    def start(self) -> int:
        return self.row.start_time if self.row else min(child.start for child in self.children)

    @property
    def end(self) -> int | None:
        return self.row.end_time if self.row else None


@dataclass(slots=True)
class Tree:
    roots: list[Node]
    nodes: dict[str, Node]  # by span id, in the order of the tree

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())


def build_tree(rows: list[SpanRow]) -> Tree:
    """The rows as a tree, siblings in the order in which they started."""
    ordered = sorted(rows, key=_by_start)
    nodes = {row.span_id: Node(row.span_id, row) for row in ordered}
    roots = []
    absent: dict[str, list[Node]] = {}
    for row in {row.span_id: row for row in ordered}.values():
        node, parent_id = nodes[row.span_id], row.parent_span_id
        if not parent_id:
            roots.append(node)
        elif parent_id == node.id:
            node.mark = CYCLE
            roots.append(node)
        elif parent := nodes.get(parent_id):
            node.parent = parent
            parent.children.append(node)
        else:
            node.mark = MISSING_PARENT
            absent.setdefault(parent_id, []).append(node)
    roots += _stand_ins(absent, alone=not roots and len(absent) == 1)
    roots += _cut_cycles(nodes, roots)
    roots.sort(key=lambda node: (node.start, node.id))
    in_order = {node.id: node for node in _walk(roots)}
    _sum_up(in_order)
    return Tree(roots, in_order)


def _by_start(row: SpanRow) -> tuple[int, str]:
    return row.start_time, row.span_id


def _stand_ins(absent: dict[str, list[Node]], alone: bool) -> list[Node]:
    """The spans whose parent has not come, under a stand-in for it, except where it would be the
    only root.
    """
    if alone:
        return next(iter(absent.values()))
    stand_ins = []
    for parent_id, children in absent.items():
        # No span id holds a NUL, so the stand-in's takes no span's place.
        stand_in = Node(f"\0{parent_id}", None, children=children, mark=MISSING_PARENT)
        for child in children:
            child.parent = stand_in
        stand_ins.append(stand_in)
    return stand_ins


def _cut_cycles(nodes: dict[str, Node], roots: list[Node]) -> list[Node]:
    """New roots from what no root reaches: each is the earliest span of its cycle."""
    reached = {id(node) for node in _walk(roots)}
    cut = []
    for node in nodes.values():  # in order of start
        if id(node) in reached:
            continue
        first = _on_cycle(node)
        if first.parent is not None:
            first.parent.children.remove(first)
        first.parent, first.mark = None, CYCLE
        cut.append(first)
        reached.update(id(below) for below in _walk([first]))
    return cut


def _on_cycle(node: Node) -> Node:
    """The earliest span of the cycle that the span's ancestors end in."""
    seen: dict[int, Node] = {}
    at: Node | None = node
    while at is not None and id(at) not in seen:
        seen[id(at)] = at
        at = at.parent
    path = list(seen.values())
    cycle = path[path.index(at) :] if at is not None else path
    return min(cycle, key=lambda span: (span.start, span.id))


def _walk(roots: list[Node]) -> Iterator[Node]:
    """Depth first, parents before children, setting each one's depth."""
    stack = [(node, 0) for node in reversed(roots)]
    while stack:
        node, depth = stack.pop()
        node.depth = depth
        yield node
        stack += [(child, node.depth + 1) for child in reversed(node.children)]


def _sum_up(ordered: dict[str, Node]) -> None:
    for node in reversed(ordered.values()):
        if node.row:
            node.totals.add(own_totals(node.row))
            node.self_ns = _self_time(node)
        if node.parent:
            node.parent.totals.add(node.totals)


def own_totals(row: SpanRow) -> Totals:
    return Totals(
        spans=1,
        errors=int(row.level == "ERROR"),
        tokens=row.total_tokens,
        cost=row.total_cost,
        unpriced=int(row.cost_source == "unknown"),
    )


def _self_time(node: Node) -> int | None:
    """The span's duration less the time that its children cover; None while it has not ended."""
    if node.end is None:
        return None
    covered, until = 0, node.start
    for child in node.children:  # in order of start
        end = min(child.end if child.end is not None else node.end, node.end)
        start = max(child.start, until)
        if end > start:
            covered += end - start
            until = end
    return node.end - node.start - covered


def ancestors(node: Node) -> list[Node]:
    """From the root down to the node's parent."""
    path = []
    while node.parent:
        node = node.parent
        path.append(node)
    return path[::-1]


def first_error(tree: Tree) -> Node | None:
    """Where things went wrong: the earliest failing span that holds no failing span itself."""
    failing = [node for node in tree if node.row and node.row.level == "ERROR"]
    causes = [node for node in failing if node.totals.errors == 1]
    return min(causes, key=lambda node: (node.start, node.id), default=None)


def costliest(tree: Tree) -> Node | None:
    """The span that cost most, else the one with most tokens, of those that called a model."""
    calls = [
        (node.row.total_cost or 0, node.row.total_tokens, node)
        for node in tree
        if node.row and node.row.type in ("GENERATION", "EMBEDDING")
    ]
    return max(calls, key=lambda call: call[:2], default=(0, 0, None))[2]


def opening_span(tree: Tree) -> Node | None:
    """What a trace page shows first: an error, else the costliest model call, else the root."""
    real_roots = (node for node in tree if node.row)
    return first_error(tree) or costliest(tree) or next(real_roots, None)
