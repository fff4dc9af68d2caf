"""Tiles of sums and of ratios of sums, from one answer over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from dashboards.boards.deriving import ratio, total
from dashboards.boards.drawing import filled
from dashboards.boards.links import OBSERVATIONS, rows_of
from dashboards.boards.panel import Chip, Scope, Tile, Tiles
from dashboards.boards.tiling import table_of
from prompts.figures.sparkline import spark
from traces.queries.metrics import Answer
from traces.search.terms import Term


@dataclass(frozen=True, slots=True)
class Part:
    """The sum of the first of `columns`, or its ratio to the sum of the second, `times` as much.
    `terms` and `sort` are of the list that the number leads to; `better` is "lower", "higher" or
    nothing.
    """

    words: str | Promise
    unit: str
    columns: tuple[str, ...]
    times: float = 1
    better: str = ""
    terms: tuple[Term, ...] = ()
    sort: str = ""

    def of(self, answer: Answer) -> float | None:
        """None where none of it is known."""
        first, *rest = self.columns
        if all(row[first] is None for row in answer.rows):
            return None
        part = total(answer, first)[0]
        return ratio(part, total(answer, *rest)[0], self.times) if rest else part

    def course(self, answer: Answer) -> list[Any]:
        first, *rest = [filled(answer, column) for column in self.columns]
        if not rest:
            return first
        pairs = zip(first, rest[0], strict=True)
        return [ratio(part, whole, self.times) for part, whole in pairs]


def tiles_of(
    scope: Scope,
    now: Answer,
    before: Answer | None,
    parts: Sequence[Part],
    *,
    view: str = OBSERVATIONS,
    chips: tuple[Chip, ...] = (),
) -> Tiles:
    """`now` is over time, `before` need not be."""
    made = tuple(
        Tile(
            words=one.words,
            value=one.of(now),
            unit=one.unit,
            before=one.of(before) if before else None,
            spark=spark(one.course(now)),
            href=rows_of(scope, *one.terms, view=view, sort=one.sort),
            better=one.better,
            is_exact=now.is_exact,
        )
        for one in parts
    )
    return Tiles(tiles=made, table=table_of(made), chips=chips, is_exact=now.is_exact)
