"""What was spent day by day, of a whole project or of values of a dimension."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from dashboards.budgets.forecast import LOOKS_BACK
from dashboards.budgets.periods import MONTH, WEEK, begin_of, day_of, period_at
from prompts.remembering import Memory
from traces.queries.metrics import OBSERVATIONS, TRACES, Measure, Only, Question, ask
from traces.search.terms import Term

COST, UNPRICED = Measure("cost", "sum"), Measure("unpriced", "sum")
HOUR = 3_600_000_000_000
RECENT_HOURS = 24
PROFILE_DAYS = 28
MOST_VALUES = 50
MOST_AT_ONCE = 200  # values that one question is narrowed to
NONE = Decimal(0)
HISTORY_SECONDS, HOURS_SECONDS = 600, 3600
Known = TypeVar("Known")
_memory = Memory()


@dataclass(frozen=True, slots=True)
class Spending:
    """Dollars by day, without a gap, the last of them today; and by hour of the last day and a
    half. `unpriced` counts calls of unknown cost, which no sum has.
    """

    days: tuple[tuple[date, Decimal], ...]
    unpriced: Mapping[date, int] = field(default_factory=dict)
    hours: Mapping[int, Decimal] = field(default_factory=dict)

    def since(self, first: date) -> Decimal:
        return sum((cost for day, cost in self.days if day >= first), NONE)

    def unpriced_since(self, first: date) -> int:
        return sum(n for day, n in self.unpriced.items() if day >= first)

    @property
    def today(self) -> Decimal:
        return self.days[-1][1] if self.days else NONE

    @property
    def whole_days(self) -> list[tuple[date, float]]:
        """Those that are over."""
        return [(day, float(cost)) for day, cost in self.days[:-1]]


def spending_of(
    project_id: str,
    *,
    zone: str,
    now: int,
    by: str = "",
    values: Sequence[str] = (),
    most_days: int = LOOKS_BACK,
) -> dict[str, Spending]:
    """By value of the dimension `by`, of these values; without a dimension it is all under "".
    Raises what ClickHouse raises.
    """
    today = day_of(now, zone)
    first = today - timedelta(days=most_days)
    days = [first + timedelta(days=n) for n in range(most_days + 1)]
    daily = _daily(project_id, zone, first, now, by, values)
    hourly = _asked(project_id, zone, now - (RECENT_HOURS + 1) * HOUR, now, "hour", by, values)
    found = {}
    for value in values if by else ("",):
        costs = {day_of(row["time"], zone): row for row in daily.get(value, ())}
        found[value] = Spending(
            tuple((day, _cost(costs.get(day))) for day in days),
            {day: int(row["sum_unpriced"] or 0) for day, row in costs.items()},
            {row["time"]: _cost(row) for row in hourly.get(value, ())},
        )
    return found


def _daily(
    project_id: str, zone: str, first: date, now: int, by: str, values: Sequence[str]
) -> dict[str, list[dict]]:
    """By day. What is before this week and this month, which no period reaches back to, is asked
    for once in ten minutes: it serves forecasts alone.
    """
    fresh = min(period_at(now, kind, zone).first for kind in (WEEK, MONTH))
    since, until = begin_of(first, zone), begin_of(fresh, zone)
    told = repr((project_id, zone, since, until, by, sorted(values)))
    found = remembered(
        told, HISTORY_SECONDS, lambda: _asked(project_id, zone, since, until, "day", by, values)
    )
    recent = _asked(project_id, zone, until, now, "day", by, values)
    return {value: [*found.get(value, ()), *recent.get(value, ())] for value in {*found, *recent}}


def remembered(told: str, seconds: int, make: Callable[[], Known]) -> Known:
    """What was made of the same lately. Nothing is not remembered: it may be about to come."""
    key = f"budgets:1:{hashlib.sha256(told.encode(errors='replace')).hexdigest()}"
    known = _memory.get(key)
    if known is None:
        known = make()
        if known:
            _memory.put(key, known, seconds)
    return known


def _asked(
    project_id: str,
    zone: str,
    since: int,
    until: int,
    bucket: str,
    by: str,
    values: Sequence[str],
) -> dict[str, list[dict]]:
    """The rows of each value. A term finds the traces in which any row names one of the values; of
    these only those count that are shown with it.
    """
    groups = [values[at : at + MOST_AT_ONCE] for at in range(0, len(values), MOST_AT_ONCE)]
    found: dict[str, list[dict]] = {}
    for group in groups if by else [()]:
        question = Question(
            project_id=project_id,
            view=view_of(by),
            measures=(COST, UNPRICED),
            by=(by,) if by else (),
            terms=(_term(by, group),) if by else (),
            only=(Only(by, tuple(group)),) if by else (),
            since=since,
            until=until,
            bucket=bucket,
            zone=zone,
            most=max(len(group), 1),
            rest=False,
        )
        for row in ask(question).rows:
            found.setdefault(row[by] if by else "", []).append(row)
    return found


def view_of(by: str) -> str:
    """Whose costs are summed. Who uses an application, and for whom, is often said of a trace as a
    whole, so that all of the trace's calls are theirs, on the day on which it began.
    """
    return TRACES if by == "user" or by.startswith("metadata.") else OBSERVATIONS


def _term(by: str, values: Sequence[str]) -> Term:
    name, _dot, key = by.partition(".")
    return Term(name, tuple(values), key=key)


def _cost(row: Mapping | None) -> Decimal:
    """Of nothing, nothing was spent."""
    return Decimal(repr(row["sum_cost"])) if row and row["sum_cost"] is not None else NONE


def biggest(
    project_id: str, by: str, *, since: int, until: int, most: int = MOST_VALUES
) -> tuple[list[str], bool]:
    """The values that spent most in the time, and whether there are more."""
    question = Question(
        project_id=project_id,
        view=view_of(by),
        measures=(COST,),
        by=(by,),
        since=since,
        until=until,
        most=most + 2,  # that has no value may be one of them
        rest=False,
    )
    found = [row[by] for row in ask(question).rows if row[by]]
    return found[:most], len(found) > most


def hours_of_day(project_id: str, *, zone: str, now: int) -> dict[int, float]:
    """What each hour of the day cost in the last four weeks, as it was within the last hour."""
    today = day_of(now, zone)
    told = repr(("hours", project_id, zone, today))
    return remembered(told, HOURS_SECONDS, lambda: _hours_of_day(project_id, zone, today))


def _hours_of_day(project_id: str, zone: str, today: date) -> dict[int, float]:
    question = Question(
        project_id=project_id,
        measures=(COST,),
        by=("hour",),
        since=begin_of(today - timedelta(days=PROFILE_DAYS), zone),
        until=begin_of(today, zone),
        zone=zone,
        most=24,
    )
    return {int(row["hour"]): float(row["sum_cost"] or 0) for row in ask(question).rows}


def window(hours: Mapping[int, Decimal], now: int, length: int) -> float:
    """Dollars of the last `length` nanoseconds. Of the hour in which it begins, its part."""
    since, spent = now - length, 0.0
    for begin, cost in hours.items():
        inside = min(begin + HOUR, now) - max(begin, since)
        lasted = min(begin + HOUR, now) - begin
        if inside > 0 and lasted > 0:
            spent += float(cost) * inside / lasted
    return spent
