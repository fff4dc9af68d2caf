"""One budget for one value: its state, and day by day how it came there and where it goes."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboards.budgets.forecast import Amount, course_of
from dashboards.budgets.models import Budget
from dashboards.budgets.pace import cumulated, to_come
from dashboards.budgets.periods import begin_of
from dashboards.budgets.spending import Spending, hours_of_day, spending_of
from dashboards.budgets.state import BudgetState, state_of


@dataclass(frozen=True, slots=True)
class DayLine:
    """`cost` is None of a day to come; `total` is of the period up to its end, expected where the
    day is not over, `expected` and its interval then too. Times are nanoseconds.
    """

    day: date
    since: int
    until: int
    cost: Decimal | None
    unpriced: int
    total: Decimal | None
    expected: Amount | None


@dataclass(frozen=True, slots=True)
class Detail:
    state: BudgetState
    days: tuple[DayLine, ...]


def detail(budget: Budget, value: str, now: int) -> Detail:
    """Raises what ClickHouse raises."""
    by_hour = hours_of_day(budget.project_id, zone=budget.zone, now=now)
    found = spending_of(
        budget.project_id, zone=budget.zone, now=now, by=budget.field, values=[value]
    )
    return detail_of(budget, value, found[value], now, by_hour)


def detail_of(
    budget: Budget, value: str, spending: Spending, now: int, by_hour: dict[int, float]
) -> Detail:
    """Pure."""
    state = state_of(budget, value, spending, now, by_hour)
    period, coming = state.period, {}
    if course := course_of(spending.whole_days):
        rest = to_come(course, period, now, today=float(spending.today), by_hour=by_hour)
        coming = dict(cumulated(course, rest, spent=float(state.spent)))
    costs, total, lines = dict(spending.days), Decimal(0), []
    for day in period.each_day():
        cost = costs.get(day)
        total += cost or 0
        lines.append(
            DayLine(
                day,
                begin_of(day, period.zone),
                begin_of(day + timedelta(days=1), period.zone),
                cost,
                spending.unpriced.get(day, 0),
                None if cost is None else total,
                coming.get(day),
            )
        )
    return Detail(state, tuple(lines))
