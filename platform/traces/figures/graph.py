"""A trace's steps as a layered drawing: what calls what goes to the right, what follows what down.

Spans of one type and name that the same step called are one step, so that an agent's rounds are
seen as a round. Pure, and without recursion.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from decimal import Decimal
from unicodedata import east_asian_width

from traces.tree import Node, Tree

MAX_STEPS = 2_500
MAX_LINKS = 5_000
BOX = (168, 40)  # pixels
PITCH = (212, 58)  # from one box to the next: three and their ways back fit beside a pane
MARGIN = 20
ROUND = 24  # beside the last boxes, for the ways back
NAME_UNITS = 20  # letters of a name that a box has room for; Korean ones take two


@dataclass(slots=True, eq=False)
class Step:
    nodes: list[Node]
    layer: int
    parent: "Step | None" = None
    children: list["Step"] = field(default_factory=list)
    row: int = 0
    follows: Counter = field(default_factory=Counter)  # by the identity of the step that came next
    place: int = 0  # among those that its parent calls

    @property
    def first(self) -> Node:
        """What its box leads to: the first of its spans that failed, else the first."""
        failed = (node for node in self.nodes if node.row and node.row.level == "ERROR")
        return next(failed, self.nodes[0])

    @property
    def name(self) -> str:
        row = self.nodes[0].row
        return (row.name or row.span_id) if row else ""

    @property
    def type(self) -> str:
        row = self.nodes[0].row
        return row.type if row else ""

    @property
    def total_ns(self) -> int:
        """The time of all its spans together."""
        return sum(node.end - node.start for node in self.nodes if node.end is not None)

    @property
    def errors(self) -> int:
        return sum(1 for node in self.nodes if node.row and node.row.level == "ERROR")

    @property
    def cost(self) -> Decimal | None:
        known = [node.totals.cost for node in self.nodes if node.totals.cost is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def x(self) -> int:
        return MARGIN + self.layer * PITCH[0]

    @property
    def y(self) -> int:
        return MARGIN + self.row * PITCH[1]

    @property
    def label(self) -> str:
        return shortened(self.name)


@dataclass(frozen=True, slots=True)
class Link:
    """`path` is that of an SVG. `is_call` tells what a step did from what came after it."""

    path: str
    is_call: bool
    count: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Graph:
    steps: list[Step]
    links: list[Link]
    width: int
    height: int
    hidden: int  # spans of which no step is drawn
    names: dict[int, str]  # of the steps, by their identity


def agent_graph(tree: Tree, most: int = MAX_STEPS) -> Graph:
    """The steps breadth first, at most so many, in the order of a reader: each before its own."""
    steps = _steps(tree, most)
    ordered = _placed([step for step in steps if step.parent is None])
    drawn = sum(len(step.nodes) for step in ordered)
    return Graph(
        ordered,
        _links(ordered),
        width=2 * MARGIN
        + max((step.layer for step in ordered), default=0) * PITCH[0]
        + BOX[0]
        + ROUND,
        height=2 * MARGIN + max((step.row for step in ordered), default=0) * PITCH[1] + BOX[1],
        hidden=len(tree.nodes) - drawn,
        names={id(step): step.name for step in ordered},
    )


def _steps(tree: Tree, most: int) -> list[Step]:
    steps = _grouped([tree.roots], None)[:most]
    waiting = deque(steps)
    while waiting and len(steps) < most:
        step = waiting.popleft()
        found = _grouped([node.children for node in step.nodes], step)[: most - len(steps)]
        step.children = found
        steps += found
        waiting += found
    return steps


def _grouped(families: list[list[Node]], parent: Step | None) -> list[Step]:
    """The steps among the children of a step's spans, by their first start, and what follows on
    what in each family.
    """
    steps: dict[tuple[str, str], Step] = {}
    layer = parent.layer + 1 if parent else 0
    for family in families:
        before: Step | None = None
        for node in family:
            key = (node.row.type, node.row.name) if node.row else ("", node.id)
            step = steps.setdefault(key, Step([], layer, parent))
            step.nodes.append(node)
            if before is not None and before is not step:
                before.follows[id(step)] += 1
            before = step
    ordered = sorted(steps.values(), key=lambda step: (step.nodes[0].start, step.nodes[0].id))
    for place, step in enumerate(ordered):
        step.place = place
    return ordered


def _placed(roots: list[Step]) -> list[Step]:
    """Depth first; a step stands in the row of the first that it calls."""
    ordered: list[Step] = []
    stack = roots[::-1]
    row = 0
    while stack:
        step = stack.pop()
        step.row = row
        ordered.append(step)
        if step.children:
            stack += step.children[::-1]
        else:
            row += 1
    return ordered


def _links(steps: list[Step]) -> list[Link]:
    by_identity = {id(step): step for step in steps}
    links = [_call(step.parent, step) for step in steps if step.parent is not None]
    for step in steps:
        for target, count in step.follows.items():
            if target in by_identity:
                links.append(_follows(step, by_identity[target], count))
    return links[:MAX_LINKS]


def _call(parent: Step, child: Step) -> Link:
    right, middle = parent.x + BOX[0], child.x - 28
    start, end = parent.y + BOX[1] // 2, child.y + BOX[1] // 2
    return Link(f"M{right} {start}H{middle}V{end}H{child.x}", True, 1, middle, end)


def _follows(step: Step, after: Step, count: int) -> Link:
    """Straight down to the next below; round the right side to any other."""
    if after.place == step.place + 1:
        middle = step.x + BOX[0] // 2
        return Link(f"M{middle} {step.y + BOX[1]}V{after.y}", False, count, middle + 5, after.y - 5)
    right = step.x + BOX[0]
    start, end = step.y + BOX[1] - 8, after.y + 8
    return Link(f"M{right} {start}h8V{end}h-8", False, count, right + 11, (start + end) // 2)


def shortened(name: str) -> str:
    """As much of a name as a box has room for."""
    room = NAME_UNITS
    for place, letter in enumerate(name):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return f"{name[: place - 1]}…"
    return name
