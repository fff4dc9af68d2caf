"""Calls that take more input than they did, since when, what that costs, and what caused it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboards.budgets.causes import (
    KINDS,
    MODEL,
    PROMPT_VERSION,
    RELEASE,
    VERSION,
    Cause,
    causes,
)
from dashboards.budgets.periods import begin_of, day_of
from dashboards.budgets.turning import Day, Turn, turns
from traces.queries.metrics import Measure, Question, ask
from traces.search.terms import Term

LOOKS_BACK = 35  # days
MOST_CLASSES = 60
MOST_SHOWN = 5
COMPARED_DAYS = 3  # on each side of the change, when its cause is looked for
MOST_ROWS = 200
CALLS, TOKENS = Measure("count", "sum"), Measure("input_tokens", "sum")
INPUT_COST = Measure("input_cost", "sum")
WITH_INPUT = Term("input_tokens", ("0",), comparison=">")
OF_CALLS = Term("type", ("GENERATION", "EMBEDDING"))


@dataclass(frozen=True, slots=True)
class Class:
    """Calls that do the same: of one span name, prompt and model; of any model where it is None."""

    name: str
    prompt: str
    model: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One turn of a class with what is known of it. `extra_a_day` is in dollars, at what the input
    cost on average since; None where that is unknown. `causes` are none where nothing that is
    recorded changed with it.
    """

    of: Class
    turn: Turn
    extra_a_day: float | None
    causes: tuple[Cause, ...]
    days: tuple[Day, ...]
    zone: str

    @property
    def before(self) -> tuple[int, int]:
        """The days before it, in nanoseconds."""
        first = self.turn.first - timedelta(days=7)
        return begin_of(first, self.zone), begin_of(self.turn.first, self.zone)

    @property
    def after(self) -> tuple[int, int]:
        last = self.turn.last + timedelta(days=1)
        return begin_of(self.turn.first, self.zone), begin_of(last, self.zone)


Rows = Sequence[Mapping[str, Any]]


def growths(project_id: str, *, zone: str, now: int, most: int = MOST_SHOWN) -> list[Growth]:
    """The costliest of the last weeks, the costliest first. Raises what ClickHouse raises."""
    rows = daily_rows(project_id, zone=zone, now=now)
    found: list[Growth] = []
    for of, turn, days, rate in turned(rows, zone)[:most]:
        told = causes_of(project_id, of, turn, zone)
        extra = None if rate is None else turn.extra_tokens_a_day * rate
        found.append(Growth(of=of, turn=turn, extra_a_day=extra, causes=told, days=days, zone=zone))
    return found


def daily_rows(project_id: str, *, zone: str, now: int) -> Rows:
    return ask(
        Question(
            project_id=project_id,
            measures=(TOKENS, CALLS, INPUT_COST),
            by=("name", "prompt", "model"),
            terms=(OF_CALLS, WITH_INPUT),
            since=begin_of(day_of(now, zone) - timedelta(days=LOOKS_BACK), zone),
            until=now,
            bucket="day",
            zone=zone,
            most=MOST_CLASSES,
            order="sum_input_tokens",
            rest=False,
        )
    ).rows


Turned = tuple[Class, Turn, tuple[Day, ...], float | None]


def turned(rows: Rows, zone: str) -> list[Turned]:
    """Classes whose last turn is of these rows, the one of most extra dollars a day first. Pure.

    Each class is looked at by itself, then all models of a call together, where no model of it
    turned: a call that goes to another model turns so.
    """
    found = _turned(rows, zone, lambda row: Class(row["name"], row["prompt"], row["model"]))
    known = {(of.name, of.prompt) for of, *_rest in found}
    together = _turned(rows, zone, lambda row: Class(row["name"], row["prompt"], None))
    found += [one for one in together if (one[0].name, one[0].prompt) not in known]
    return sorted(found, key=lambda one: -_weight(one))


def _weight(one: Turned) -> float:
    """By extra dollars a day; where no price is known, after those, by tokens."""
    _of, turn, _days, rate = one
    return turn.extra_tokens_a_day * (rate if rate is not None else 1e-12)


def _turned(rows: Rows, zone: str, class_of: Any) -> list[Turned]:
    by_class: dict[Class, dict[date, list]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_class[class_of(row)][day_of(row["time"], zone)].append(row)
    found: list[Turned] = []
    for of, by_day in by_class.items():
        days = tuple(
            Day(day, int(_sum(some, "sum_count")), _sum(some, "sum_input_tokens"))
            for day, some in sorted(by_day.items())
        )
        if seen := turns(days):
            turn = seen[-1]
            since = [row for day, some in by_day.items() if turn.first <= day for row in some]
            found.append((of, turn, days, _rate(since)))
    return found


def _rate(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """Dollars of an input token, of the rows whose cost is known."""
    priced = [row for row in rows if row["sum_input_cost"]]
    tokens = _sum(priced, "sum_input_tokens")
    return _sum(priced, "sum_input_cost") / tokens if tokens else None


def _sum(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    return sum(float(row[column] or 0) for row in rows)


def causes_of(project_id: str, of: Class, turn: Turn, zone: str) -> tuple[Cause, ...]:
    """What most calls of the first days have, and hardly any of the days before had."""
    first = turn.first - timedelta(days=COMPARED_DAYS)
    last = min(turn.last, turn.first + timedelta(days=COMPARED_DAYS - 1))
    kinds = (PROMPT_VERSION, RELEASE, MODEL if of.model is None else VERSION)
    rows = ask(
        Question(
            project_id=project_id,
            measures=(CALLS,),
            by=kinds,
            terms=terms_of(of),
            since=begin_of(first, zone),
            until=begin_of(last + timedelta(days=1), zone),
            bucket="day",
            zone=zone,
            most=MOST_ROWS,
            order="sum_count",
            rest=False,
        )
    ).rows
    sides: tuple[list, list] = ([], [])
    for row in rows:
        is_after = day_of(row["time"], zone) >= turn.first
        said = {one: row[one] for one in kinds}
        sides[is_after].append({**said, "calls": row["sum_count"]})
    before, after = sides
    return tuple(causes(before, after, [one for one in KINDS if one in kinds]))


def terms_of(of: Class) -> tuple[Term, ...]:
    """What narrows a list to calls of the class, as far as it has words."""
    said = (("span", of.name), ("prompt", of.prompt), ("model", of.model))
    return (OF_CALLS, WITH_INPUT, *(Term(field, (value,)) for field, value in said if value))
