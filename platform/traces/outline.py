"""Which lines of a trace's tree a page shows: those that fit, and always the way to the span that
is looked at.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from traces.tree import Node, Tree, ancestors

MAX_LINES = 200
MAX_SIBLINGS = 100  # shown at once under one parent
MAX_LED_TO = 60  # marked spans to which the way is opened
LED_TO_LINES = 150  # that the ways to them may show


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A span's line, or (`node` is None) the one that offers `more` siblings under `parent` from
    `offset` on.
    """

    node: Node | None
    is_open: bool = False
    position: int = 0
    siblings: int = 0
    parent: Node | None = None
    offset: int = 0
    more: int = 0

    @property
    def level(self) -> int:
        return self.node.depth + 1 if self.node else (self.parent.depth + 2 if self.parent else 1)


def outline(
    tree: Tree,
    *,
    selected: Node | None = None,
    opened: Node | None = None,
    marked: Sequence[Node] = (),
    budget: int = MAX_LINES,
) -> list[TreeLine]:
    """The lines of the whole tree, opened breadth first as far as the budget goes; always the way
    to the span that is looked at, and to the first that are marked.
    """
    ends = [selected, *_within(marked, LED_TO_LINES)] if selected else _within(marked, LED_TO_LINES)
    way: set[int] = set()
    must_open: set[int] = set()
    for end in ends:
        path = ancestors(end)
        must_open.update(id(node) for node in path)
        way.update(id(node) for node in (*path, end))
    if opened:
        must_open |= {id(node) for node in [*ancestors(opened), opened]}
    return _lines(tree.roots, None, 0, way, _to_open(tree.roots, way, must_open, budget))


def _within(marked: Sequence[Node], room: int) -> list[Node]:
    """The first of them, as long as there is room for the ways to them and what stands beside."""
    led_to: list[Node] = []
    opened: set[int] = set()
    for node in marked[:MAX_LED_TO]:
        news = [one for one in ancestors(node) if id(one) not in opened]
        room -= 1 + sum(min(len(one.children), MAX_SIBLINGS) for one in news)
        if room < 0:
            break
        opened.update(id(one) for one in news)
        led_to.append(node)
    return led_to


def below(tree: Tree, parent: Node | None, offset: int, budget: int = MAX_LINES) -> list[TreeLine]:
    """The lines under one span from its child number `offset` on, as they are asked for later."""
    children = parent.children if parent else tree.roots
    later = children[offset:]
    return _lines(
        children, parent, offset, set(), _to_open(later[:MAX_SIBLINGS], set(), set(), budget)
    )


def _to_open(roots: list[Node], way: set[int], must: set[int], budget: int) -> set[int]:
    open_ids = set(must)
    room = budget - min(len(roots), MAX_SIBLINGS)
    queue = deque(_shown(roots, 0, way))
    while queue:
        node = queue.popleft()
        count = min(len(node.children), MAX_SIBLINGS)
        if id(node) not in open_ids:
            if not count or count > room:
                continue
            open_ids.add(id(node))
        room -= count
        queue.extend(_shown(node.children, 0, way))
    return open_ids


def _shown(children: list[Node], offset: int, way: set[int]) -> list[Node]:
    """One page of siblings, and those beyond it that lead to the span that is looked at."""
    end = offset + MAX_SIBLINGS
    return children[offset:end] + [node for node in children[end:] if id(node) in way]


def _lines(
    roots: list[Node], parent: Node | None, offset: int, way: set[int], open_ids: set[int]
) -> list[TreeLine]:
    lines: list[TreeLine] = []
    stack = _family(roots, parent, offset, way)[::-1]
    while stack:
        line = stack.pop()
        if line.node and line.node.children and id(line.node) in open_ids:
            lines.append(_opened(line))
            stack += _family(line.node.children, line.node, 0, way)[::-1]
        else:
            lines.append(line)
    return lines


def _opened(line: TreeLine) -> TreeLine:
    return TreeLine(line.node, True, line.position, line.siblings)


def _family(
    children: list[Node], parent: Node | None, offset: int, way: set[int]
) -> list[TreeLine]:
    shown = _shown(children, offset, way)
    places = {id(node): place for place, node in enumerate(children, 1)} if shown else {}
    lines = [TreeLine(node, False, places[id(node)], len(children)) for node in shown]
    if (more := len(children) - offset - len(shown)) > 0:
        lines.append(TreeLine(None, parent=parent, offset=offset + MAX_SIBLINGS, more=more))
    return lines
