"""Which spans of a trace are marked: by a text, or by what is amiss with them."""

from collections.abc import Callable
from dataclasses import dataclass

from traces.critical import critical_path, slow_spans
from traces.tree import Node, Tree


def failing(tree: Tree) -> list[Node]:
    return [node for node in tree if node.row and node.row.level == "ERROR"]


# Each pill, in their order, and which spans it marks.
PILLS: dict[str, Callable[[Tree], list[Node]]] = {
    "errors": failing,
    "slow": slow_spans,
    "critical": critical_path,
}


@dataclass(frozen=True, slots=True)
class Steps:
    """The marked spans in the tree's order, and which of them lie next to the one looked at."""

    ids: list[str]
    here: int = 0  # which of them is looked at, from 1; 0 where none is
    previous: str = ""
    next: str = ""

    @property
    def count(self) -> int:
        return len(self.ids)


def steps(tree: Tree, marked: list[Node], selected: Node | None) -> Steps:
    """From the last one on goes round to the first."""
    order = {node.id: place for place, node in enumerate(tree)}
    at = order.get(selected.id, -1) if selected else -1
    ids = [node.id for node in marked]
    others = [one for one in ids if order[one] != at]
    before = [one for one in others if order[one] < at]
    after = [one for one in others if order[one] > at]
    return Steps(
        ids,
        here=ids.index(selected.id) + 1 if selected and len(others) < len(ids) else 0,
        previous=(before or others or [""])[-1],
        next=(after or others or [""])[0],
    )


def marked_spans(tree: Tree, pill: str, found: set[str] | None) -> list[Node]:
    """What the pill marks, of those whose text was `found` where one was looked for; without
    either the failing ones, so that one can step through them.
    """
    if found is None:
        return PILLS.get(pill, failing)(tree)
    candidates = PILLS[pill](tree) if pill in PILLS else [node for node in tree if node.row]
    return [node for node in candidates if node.id in found]
