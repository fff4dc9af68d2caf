"""What was spent day by day, of a whole project or of values of a dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dashboards.budgets.forecast import LOOKS_BACK
from dashboards.budgets.periods import begin_of, day_of
from traces.queries.metrics import Measure, Question, ask
from traces.search.terms import Term

COST, UNPRICED = Measure("cost", "sum"), Measure("unpriced", "sum")
HOUR = 3_600_000_000_000
RECENT_HOURS = 24
PROFILE_DAYS = 28
MOST_VALUES = 50
NONE = Decimal(0)


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
    daily = _asked(project_id, zone, begin_of(first, zone), now, "day", by, values)
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


def _asked(
    project_id: str,
    zone: str,
    since: int,
    until: int,
    bucket: str,
    by: str,
    values: Sequence[str],
) -> dict[str, list[dict]]:
    """The rows of each value."""
    question = Question(
        project_id=project_id,
        measures=(COST, UNPRICED),
        by=(by,) if by else (),
        terms=(_term(by, values),) if by else (),
        since=since,
        until=until,
        bucket=bucket,
        zone=zone,
        most=max(len(values), 1),
        rest=False,
    )
    found: dict[str, list[dict]] = {}
    for row in ask(question).rows:
        found.setdefault(row[by] if by else "", []).append(row)
    return found


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
    """What each hour of the day cost in the last four weeks."""
    question = Question(
        project_id=project_id,
        measures=(COST,),
        by=("hour",),
        since=begin_of(day_of(now, zone) - timedelta(days=PROFILE_DAYS), zone),
        until=begin_of(day_of(now, zone), zone),
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
