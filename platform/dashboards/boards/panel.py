"""What a panel is: it is given a scope and draws, a chart, tiles or a table, each with its values
as a table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django.utils.functional import Promise

from accounts.models import Project
from dashboards.boards.units import TEXT, Value
from prompts.figures.sparkline import Spark
from traces.queries.metrics import Answer, Measure, Question, ask, ask_with_whole
from traces.search.terms import Term

AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a board shows. Times are nanoseconds, `until` excluded; `bucket` is a width or AUTO.

    A shared board leads nowhere: `leads` is then false, and links are empty. `by` is the dimension
    that the board is broken down by, `of` the name that it is narrowed to, where it offers these;
    `scores` are the names that questions about scores are narrowed to.
    """

    project: Project
    since: int
    until: int
    bucket: str = AUTO
    zone: str = "UTC"
    terms: tuple[Term, ...] = ()
    compares: bool = True
    leads: bool = True
    by: str = ""
    of: str = ""
    scores: tuple[str, ...] = ()

    @property
    def previous(self) -> "Scope":
        """The time of the same length before."""
        return replace(self, since=max(0, 2 * self.since - self.until), until=self.since)

    def ask(
        self,
        *measures: Measure,
        view: str = "observations",
        by: tuple[str, ...] = (),
        over_time: bool = False,
        terms: Sequence[Term] = (),
        **more: Any,
    ) -> Answer:
        """The metrics of this scope; `terms` narrow it further. Raises Unanswerable."""
        more |= {"view": view, "by": by, "bucket": self.bucket if over_time else None}
        return ask(self._question(measures, terms, more))

    def ask_with_whole(
        self, *measures: Measure, view: str = "observations", terms: Sequence[Term] = ()
    ) -> tuple[Answer, Answer]:
        """The metrics over time and over the whole time, for little more than one of them. Raises
        Unanswerable.
        """
        return ask_with_whole(
            self._question(measures, terms, {"view": view, "bucket": self.bucket})
        )

    def _question(
        self, measures: tuple[Measure, ...], terms: Sequence[Term], more: dict[str, Any]
    ) -> Question:
        return Question(
            project_id=self.project.id,
            measures=measures,
            terms=(*self.terms, *terms),
            since=self.since,
            until=self.until,
            zone=self.zone,
            **{"scores": self.scores, **more},
        )


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` is one of boards.units."""

    words: str | Promise
    unit: str = TEXT


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and the address of the rows that it is made of, or nothing. `unit` is its own, where
    the rows of its column have different ones.
    """

    value: Value
    href: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`is_cut`: there are more rows than these."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A series in the legend beside the title. `tone` is a colour of the stylesheet."""

    words: str | Promise
    tone: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A remark in the head of a panel. `tone`: good, bad, warn, accent or nothing."""

    words: str
    tone: str = ""
    href: str = ""
    title: str = ""


class Drawn(Protocol):
    """`kind` names the template boards draw it with."""

    @property
    def kind(self) -> str: ...

    @property
    def table(self) -> Table: ...

    @property
    def chips(self) -> tuple[Chip, ...]: ...

    @property
    def is_exact(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`figure` is plotly's, made by boards.figures. `is_exact` is false where a percentile is
    estimated.
    """

    figure: dict[str, Any]
    table: Table
    keys: tuple[Key, ...] = ()
    chips: tuple[Chip, ...] = ()
    is_exact: bool = True
    kind: str = field(default="chart", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number, and what it was in the time before. `better` says which way is better: "lower",
    "higher" or nothing.
    """

    words: str | Promise
    value: float | None
    unit: str
    before: float | None = None
    spark: Spark | None = None
    href: str = ""
    better: str = ""
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    tiles: tuple[Tile, ...]
    table: Table
    chips: tuple[Chip, ...] = ()
    is_exact: bool = True
    kind: str = field(default="tiles", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A panel that is a table."""

    table: Table
    chips: tuple[Chip, ...] = ()
    is_exact: bool = True
    kind: str = field(default="rows", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """There is nothing to draw: what that means, and what to do about it."""

    title: str | Promise
    text: str | Promise = ""
    href: str = ""
    action: str | Promise = ""
    table: Table = Table((), ())
    chips: tuple[Chip, ...] = ()
    is_exact: bool = True
    kind: str = field(default="nothing", init=False)


@dataclass(frozen=True, slots=True)
class Panel:
    """`about` is the question that it answers, in words; `width` is of 12 columns; `height` is the
    size that is kept free for it: "tiles", "chart" or "tall". One that tells more than the board's
    filter lets through `is_shared` with nobody: a link to the board leaves it out.
    """

    key: str
    title: str | Promise
    about: str | Promise
    width: int
    draw: Callable[[Scope], Drawn]
    height: str = "chart"
    is_shared: bool = True
