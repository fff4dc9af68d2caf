"""Asking the store: the one way from a Question to its Answer."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from traces import clickhouse
from traces.errors import LimitReached
from traces.queries.limits import LIST
from traces.queries.metrics import statement
from traces.queries.metrics.folded import folded, is_foldable
from traces.queries.metrics.narrowed import narrowing
from traces.queries.metrics.quantities import Quantity
from traces.queries.metrics.question import (
    STEPS,
    TIME,
    Answer,
    Measure,
    Question,
    Unanswerable,
    Value,
)
from traces.queries.metrics.settled import CHECK, FINAL, UNBRANCHED, Settled, over_rows, settled
from traces.queries.metrics.single import of_one, rank_of_traces
from traces.queries.metrics.sources import source
from traces.queries.metrics.statement import Asked, aliased, checked, value_of

LIMITS = {
    **LIST,
    "max_execution_time": 15,
    # Equal keys lie in one partition (docs/store.md), of which most are one part: half of FINAL.
    "do_not_merge_across_partitions_select_final": 1,
    # By itself the engine of 1.5 GiB reads with one thread; these queries take little memory each.
    "max_threads_min_free_memory_per_thread": 0,
}
WHO = "traces.queries.metrics"
MOST_FOLDED = 20_000  # rows that are read to add up what is beyond the most, in place of a scan
Key = tuple[str, ...]
Made = TypeVar("Made")


def ask(question: Question) -> Answer:
    """Raises Unanswerable where the question has to change, and Unavailable without a store."""
    return _answered(question, _Asking.answer)


def ask_with_whole(question: Question) -> tuple[Answer, Answer]:
    """The answer over time, and that of the same question without buckets, which one reading gives
    where nothing is grouped.
    """
    if not question.bucket or question.by:
        return ask(question), ask(replace(question, bucket=None))
    over_time, whole = _answered(question, _Asking.with_whole)
    return over_time, whole or ask(replace(question, bucket=None))


def _answered(question: Question, how: "Callable[[_Asking], Made]") -> Made:
    asked = checked(question)
    try:
        return how(_Asking(asked))
    except LimitReached:
        message = _(
            "This took too long or too much memory: ask for a shorter time, a narrower filter or"
            " fewer dimensions."
        )
        raise Unanswerable(message) from None


class _Asking:
    """The statements of one question, all over the same rows: of each thing its bucket `b`, its
    values of the dimensions `d0`, `d1` … and its quantities `v0`, `v1` …
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.question = asked.question
        self.names = [f"d{number}" for number in range(len(asked.dimensions))]
        self.columns = statement.things(asked)
        self.narrowed = narrowing(self.question, asked.values)
        of = source(self.question, self.columns + self.narrowed)
        self.is_sampled = of.is_sampled
        self.values = {**of.values, **asked.values}
        bucket = statement.bucket(asked, of.time, self.values)
        self.things = f"SELECT {bucket}{self.columns} {of.sql}{self.narrowed}"

    def answer(self) -> Answer:
        if not self.names:
            return self._made(self._read(["b"] if self.asked.width else []), [], None)
        return self._timed() if self.asked.width else self._whole()

    def with_whole(self) -> tuple[Answer, Answer | None]:
        """None in place of the whole where there is nothing."""
        measures = aliased(statement.measure_columns(self.asked))
        found = self._run(
            f"""
            SELECT b, grouping(b) AS is_whole, {", ".join(measures)}
            FROM ({self.things}) GROUP BY b WITH ROLLUP
            """
        )
        over_time = self._made([row for row in found if not row["is_whole"]], [], None)
        whole = _Asking(replace(self.asked, width=None, edges=()))
        rows = [row for row in found if row["is_whole"]]
        return over_time, whole._made(rows, [], None) if rows else None

    def _whole(self) -> Answer:
        """A row for each combination of values, without buckets."""
        if pair := rank_of_traces(self.asked):
            ranked = self._ranked_traces(*pair)
        else:
            ranked = self._ranked(MOST_FOLDED if is_foldable(self.asked) else self.question.most)
        kept, others = ranked[: self.question.most], ranked[self.question.most :]
        series = ranked[0]["series"] if ranked else 0
        top, rest = [self._key(row) for row in kept], []
        if self.question.rest and series > len(top):
            if series == len(ranked):
                rest = [folded(self.asked, others)]
            else:
                rest = self._read([], where=f"NOT {self._is_top()}", top=top)
        return self._made([*kept, *rest], top, series)

    def _timed(self) -> Answer:
        asked = self.asked
        if not any(one.is_many for _name, one in asked.dimensions):
            totals, found = self._read_with_totals()
            if len(totals) <= self.question.most:
                return self._made(found, [self._key(row) for row in totals], len(totals))
        ranked = self._ranked(self.question.most)
        top = [self._key(row) for row in ranked]
        series = ranked[0]["series"] if ranked else 0
        if series == len(top):
            return self._made(self._read(["b", *self.names]), top, series)
        if not self.question.rest:
            found = self._read(["b", *self.names], where=self._is_top(), top=top)
            return self._made(found, top, series)
        return self._made(self._read_with_rest(top), top, series)

    def _key(self, row: dict) -> Key:
        return tuple(row[name] for name in self.names)

    def _is_top(self) -> str:
        kinds = ", ".join("String" for _name in self.names)
        return f"(tuple({', '.join(self.names)}) IN {{top:Array(Tuple({kinds}))}})"

    def _order(self) -> str:
        order = statement.ordering(self.asked, self.asked.order)
        direction = "ASC" if self.question.ascending else "DESC"
        return f"{order} {direction} NULLS LAST, {', '.join(self.names)}"

    def _ranked_traces(self, first: Measure, quantity: Quantity) -> list[dict]:
        """Whole rows of the first traces: all are ordered by one number, and the rest is read of
        those alone that are shown.
        """
        value = of_one(first, quantity)
        ordered = f"toString(s.trace_id) AS d0, {value} AS v0"
        things = f"SELECT {ordered} {source(self.question, ordered + self.narrowed).sql}"
        direction = "ASC" if self.question.ascending else "DESC"
        found = self._run(
            f"""
            SELECT d0, count() OVER () AS series FROM ({things}{self.narrowed})
            ORDER BY v0 {direction} NULLS LAST, d0 LIMIT {{most:UInt32}}
            """,
            most=self.question.most,
        )
        few = source(self.question, self.columns + self.narrowed, is_of_few=True)
        self.things = f"SELECT {self.columns} {few.sql}{self.narrowed}"
        self.values["few"] = [row["d0"] for row in found]
        rows = self._ranked(self.question.most) if found else []
        return [{**row, "series": found[0]["series"]} for row in rows]

    def _ranked(self, most: int) -> list[dict]:
        """The first combinations of values, each with how many there are: whole rows where there
        are no buckets, else only what they are ordered by.
        """
        order = statement.ordering(self.asked, self.asked.order)
        measures = statement.measure_columns(self.asked)
        if self.asked.width:
            measures = [(alias, sql) for alias, sql in measures if order.startswith(alias)]
        keys = ", ".join(self.names)
        return self._run(
            f"""
            SELECT {", ".join([keys, *aliased(measures)])}, count() OVER () AS series
            FROM ({self.things})
            GROUP BY {keys}
            ORDER BY {self._order()}
            LIMIT {{most:UInt32}}
            """,
            most=most,
        )

    def _read_with_totals(self) -> tuple[list[dict], list[dict]]:
        """The combinations of values in their order, one more than are kept at most, and the rows
        of each bucket of these: one reading, where there are few of them.
        """
        measures = aliased(statement.measure_columns(self.asked))
        keys = ", ".join(self.names)
        found = self._run(
            f"""
            SELECT b, {keys}, grouping(b) AS is_total, {", ".join(measures)}
            FROM ({self.things})
            GROUP BY {keys}, b WITH ROLLUP
            HAVING grouping({self.names[-1]}) = 0
            ORDER BY is_total DESC, {self._order()}
            LIMIT {{most:UInt32}}
            """,
            most=(self.question.most + 1) * len(self.asked.edges),
        )
        totals = [row for row in found if row["is_total"]]
        return totals, [row for row in found if not row["is_total"]]

    def _read(self, by: list[str], where: str = "1", **values: Any) -> list[dict]:
        measures = aliased(statement.measure_columns(self.asked))
        grouped = f"GROUP BY {', '.join(by)}" if by else ""
        return self._run(
            f"SELECT {', '.join([*by, *measures])} FROM ({self.things}) WHERE {where} {grouped}",
            **values,
        )

    def _read_with_rest(self, top: list[Key]) -> list[dict]:
        measures = aliased(statement.measure_columns(self.asked))
        kept = [f"if(is_top, {name}, '') AS k{name}" for name in self.names]
        found = self._run(
            f"""
            SELECT {", ".join(["b", "is_top", *kept, *measures])}
            FROM (SELECT *, {self._is_top()} AS is_top FROM ({self.things}))
            GROUP BY b, is_top, {", ".join(f"k{name}" for name in self.names)}
            """,
            top=top,
        )
        for row in found:
            for name in self.names:
                value = row.pop(f"k{name}")
                row[name] = value if row["is_top"] else None
        return found

    def _run(self, sql: str, **values: Any) -> list[dict]:
        """Without FINAL where the time allows it: see metrics.settled."""
        bound = {**self.values, **values}
        # Steps look at few hours, and for their parents around the time as well.
        if FINAL in sql and "low" in bound and self.question.view != STEPS:
            for is_again in (False, True):
                time = (self.question.project_id, bound["low"], bound["high"])
                if (rows := settled(*time, is_again=is_again)) is None:
                    break
                found = self._run_settled(sql, rows, bound)
                if found is not None:
                    return found
        return clickhouse.rows(sql, who=WHO, options=LIMITS, **bound)

    def _run_settled(self, sql: str, rows: Settled, bound: dict) -> list[dict] | None:
        """None where the hours have changed."""
        asked = {"who": WHO, "options": LIMITS | UNBRANCHED, **bound, **rows.values}
        checked = f"SELECT *, {CHECK} AS checked FROM ({over_rows(sql)})"
        found = clickhouse.rows(checked, **asked) or clickhouse.rows(
            f"SELECT {CHECK} AS checked, 1 AS is_empty", **asked
        )
        if any(row.pop("checked") != rows.rows for row in found):
            return None
        return [row for row in found if "is_empty" not in row]

    def _made(self, found: list[dict], top: list[Key], series: int | None) -> Answer:
        asked = self.asked
        rows = [self._row(row) for row in found]
        keys = [name for name, _dimension in asked.dimensions]
        has_rest = any(row[name] is None for row in rows for name in keys[:1])
        if asked.width:
            kept = [*top, *([(None,) * len(keys)] if has_rest else [])] if keys else [()]
            rows = self._in_order(rows, keys, kept)
        return Answer(
            columns=statement.columns_of(asked, is_sampled=self.is_sampled),
            rows=rows,
            bucket=asked.width,
            edges=asked.edges,
            has_rest=has_rest,
            series=series,
        )

    def _row(self, found: dict) -> dict[str, Value]:
        asked = self.asked
        row: dict[str, Value] = {TIME: found["b"]} if asked.width else {}
        for number, (name, _dimension) in enumerate(asked.dimensions):
            row[name] = found.get(f"d{number}")
        for number, (measure, _quantity) in enumerate(asked.measured):
            row[measure.column] = value_of(asked, number, found)
        return row

    def _in_order(
        self, rows: list[dict[str, Value]], keys: list[str], kept: list[tuple]
    ) -> list[dict[str, Value]]:
        by_place = {(row[TIME], *(row[name] for name in keys)): row for row in rows}
        places = [(at, *key) for at, key in product(self.asked.edges[:-1], kept)]
        if not self.question.fill:
            return [by_place[place] for place in places if place in by_place]
        nothing = statement.nothing(self.asked)
        return [
            by_place.get(place) or {**dict(zip([TIME, *keys], place, strict=True)), **nothing}
            for place in places
        ]
