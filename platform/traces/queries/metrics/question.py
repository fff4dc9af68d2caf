"""What is asked of the store and what it answers, in the words of dashboards and APIs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from traces.search.terms import Term

OBSERVATIONS, TRACES, SCORES = "observations", "traces", "scores"
STEPS = "steps"  # observations in their place within a trace: see metrics.steps
VIEWS = (OBSERVATIONS, TRACES, SCORES)
TIME = "time"  # the column of a bucket's start
Value = int | float | str | list | None


class Unanswerable(ValueError):
    """The question has no answer; the text, for people, says what to change in it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity and how it is put together: `Measure("latency", "p95")`. Without an aggregation it
    is the quantity's own: a sum of tokens, an average of latencies.
    """

    name: str
    aggregation: str = ""

    @property
    def column(self) -> str:
        """The column of the answer that holds it, once its aggregation is known."""
        return f"{self.aggregation}_{self.name}"


@dataclass(frozen=True, slots=True)
class Only:
    """What a dimension must say: `Only("model", ("gpt-5",))`. `how` is one of narrowed.HOWS."""

    dimension: str
    values: tuple[str, ...]
    how: str = "any of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`since` (included) and `until` (not) are nanoseconds since 1970.

    `by` names the dimensions; with more than `most` combinations of their values, the first by
    `order` are kept and the others are one row together (`rest`). `order` is a column of the
    answer, by itself the first measure's; rows with buckets come in the order of time and, in each,
    by that. `scores` narrows the view of scores to those of these names; `fill` gives the buckets
    without anything rows too.
    """

    project_id: str
    measures: tuple[Measure, ...]
    since: int
    until: int
    view: str = OBSERVATIONS
    by: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    bucket: str | None = None
    zone: str = "UTC"
    most: int = 10
    order: str = ""
    ascending: bool = False
    rest: bool = True
    scores: tuple[str, ...] = ()
    only: tuple[Only, ...] = ()
    fill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`kind` is time, dimension or measure; `unit` is one of measures.UNITS. What is not exact is
    an estimate, within about one per cent.
    """

    name: str
    kind: str
    unit: str = ""
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Rows by the columns' names. None is unknown, zero is known to be nothing; in a dimension None
    is what all values beyond the most are together, and "" is what has no value.

    `edges` are the starts of the buckets and the end of the last (nanoseconds): whole buckets, of
    which the first and the last may reach out of the time. `bucket` is their width by name.
    `series` counts the combinations of the dimensions that there are, None without any.

    The value of a histogram is a list of {"low", "high", "count"}, `high` excluded, empty bins left
    out.
    """

    columns: tuple[Column, ...]
    rows: list[dict[str, Any]] = field(default_factory=list)
    bucket: str | None = None
    edges: tuple[int, ...] = ()
    has_rest: bool = False
    series: int | None = None

    @property
    def is_exact(self) -> bool:
        return all(column.is_exact for column in self.columns)

    def column(self, name: str) -> Iterator[Any]:
        return (row[name] for row in self.rows)

    def one(self, name: str) -> Any:
        """The column's value where there is one row."""
        return self.rows[0][name] if self.rows else None
