"""The boards that there are. Each module of boards.panels registers its own; parts to the right add
panels and shelves of boards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise

from accounts.models import Project, User
from dashboards.boards.panel import Panel
from traces.queries.metrics.dimensions import METADATA


@dataclass(frozen=True, slots=True)
class Board:
    """`order` is its place among the boards. `by` are the dimensions that it can be broken down by,
    the first by itself, and their words; `takes_keys`: by any key of the metadata too. `of` says
    what a name is of that it can be narrowed to; nothing, where it cannot.
    """

    key: str
    title: str | Promise
    panels: tuple[Panel, ...]
    about: str | Promise = ""
    order: int = 100
    by: Mapping[str, str | Promise] = field(default_factory=dict)
    takes_keys: bool = False
    of: str | Promise = ""

    def dimension(self, asked: str) -> str:
        """What it is broken down by: what is asked for where it offers that, else its first."""
        is_key = asked.startswith(METADATA) and asked != METADATA
        if asked in self.by or (is_key and self.takes_keys):
            return asked
        return next(iter(self.by), "")

    def shared(self) -> "Board":
        """As who has a link may read it: the panel before one that is left out takes its place."""
        shown: list[Panel] = []
        for one in self.panels:
            if one.is_shared:
                shown.append(one)
            elif shown:
                shown[-1] = replace(shown[-1], width=min(12, shown[-1].width + one.width))
        return replace(self, panels=tuple(shown))

    def panel(self, key: str) -> Panel | None:
        return next((one for one in self.panels if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A board, or the page of boards, that another part keeps: a link beside the ready-made."""

    words: str
    url: str
    icon: str = ""


_boards: dict[str, Board] = {}
_shelves: list[Callable[[Project], list[Shelf]]] = []
Source = Callable[[Project, User | None, str], Board | None]
_sources: list[Source] = []


def register(board: Board) -> None:
    keys = [panel.key for panel in board.panels]
    if board.key in _boards or len({*keys}) < len(keys):
        raise ValueError(f"There are two boards or panels of one name: {board.key}.")
    _boards[board.key] = board


def add_panel(board_key: str, panel: Panel, *, after: str) -> None:
    """A panel on a ready-made board, behind the one named `after`."""
    board = _boards[board_key]
    at = 1 + [one.key for one in board.panels].index(after)
    panels = (*board.panels[:at], panel, *board.panels[at:])
    _boards[board_key] = replace(board, panels=panels)


def add_shelf(shelf: Callable[[Project], list[Shelf]]) -> None:
    """What else the row of boards leads to, for a project."""
    _shelves.append(shelf)


def boards() -> list[Board]:
    return sorted(_boards.values(), key=lambda one: one.order)


def board_named(key: str) -> Board | None:
    return _boards.get(key)


def add_source(source: Source) -> None:
    """Boards that another part keeps: `source(project, user, key)` is one that the user may see;
    without a user, one that everybody in the project may.
    """
    _sources.append(source)


def board_of(project: Project, user: User | None, key: str) -> Board | None:
    """Ready-made or kept elsewhere."""
    found = (source(project, user, key) for source in _sources)
    return board_named(key) or next((one for one in found if one), None)


def shelves(project: Project) -> list[Shelf]:
    return [one for shelf in _shelves for one in shelf(project)]
