"""Where every budget of a project stands now: what pages, the API and alerts read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.budgets.forecast import course_of, history_of
from dashboards.budgets.models import Budget
from dashboards.budgets.pace import Projection, burn_of_window, burn_rate, projected, to_come
from dashboards.budgets.periods import DAY, MONTH, WEEK, Period, begin_of, day_of, period_at
from dashboards.budgets.spending import (
    HOUR,
    Spending,
    biggest,
    hours_of_day,
    spending_of,
    window,
)

# Over which of the last hours burn rates are told: a long one that says it lasts, and a short one
# that says it still does.
WINDOWS = {DAY: (6, 1), WEEK: (24, 6), MONTH: (168, 24)}


@dataclass(frozen=True, slots=True)
class Burn:
    """The burn rate of the last `hours` alone; None where they cannot be told."""

    hours: int
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """One budget for one value of its dimension ("" is the whole project). `spent` is the known
    cost of the period until now, `unpriced` the calls of it whose cost nobody knows. There is no
    projection where too little is known: `history` is of how many days something is.
    """

    budget_id: str
    name: str
    value: str
    period: Period
    amount: Decimal
    spent: Decimal
    unpriced: int
    elapsed: float
    burn: float | None
    windows: tuple[Burn, ...]
    history: int
    projection: Projection | None
    crossed: int | None  # the highest of its thresholds that is reached, in percent

    @property
    def key(self) -> str:
        """The same for the same budget and value, whatever else of it changes."""
        return f"{self.budget_id}/{self.value}" if self.value else self.budget_id

    @property
    def title(self) -> str:
        return f"{self.name}: {self.value}" if self.value else self.name

    @property
    def share(self) -> float:
        return float(self.spent / self.amount)

    @property
    def left(self) -> Decimal:
        return self.amount - self.spent

    @property
    def is_exceeded(self) -> bool:
        return self.spent > self.amount

    @property
    def is_heading_over(self) -> bool:
        """Not over yet, and expected to be."""
        return not self.is_exceeded and (
            self.projection is not None and self.projection.end.expected > float(self.amount)
        )


def state_of(
    budget: Budget, value: str, spending: Spending, now: int, by_hour: Mapping[int, float]
) -> BudgetState:
    """Pure: the same of the same."""
    period = period_at(now, budget.period, budget.zone)
    spent, elapsed = spending.since(period.first), period.elapsed(now)
    course = course_of(spending.whole_days)
    projection = None
    if course:
        rest = to_come(course, period, now, today=float(spending.today), by_hour=by_hour)
        projection = projected(course, rest, spent=float(spent), amount=float(budget.amount))
    reached = [one for one in budget.thresholds if spent * 100 >= budget.amount * one]
    return BudgetState(
        budget_id=budget.pk,
        name=budget.name,
        value=value,
        period=period,
        amount=budget.amount,
        spent=spent,
        unpriced=spending.unpriced_since(period.first),
        elapsed=elapsed,
        burn=burn_rate(float(spent), float(budget.amount), elapsed),
        windows=tuple(
            Burn(hours, _burn(spending, hours, budget, period, now))
            for hours in WINDOWS[budget.period]
        ),
        history=history_of(spending.whole_days),
        projection=projection,
        crossed=max(reached, default=None),
    )


def _burn(spending: Spending, hours: int, budget: Budget, period: Period, now: int) -> float | None:
    length = hours * HOUR
    if hours <= 24:
        spent = window(spending.hours, now, length)
    else:  # by the day: from the beginning of the day that it reaches back to
        first = day_of(now - length, budget.zone)
        spent, length = float(spending.since(first)), now - begin_of(first, budget.zone)
    return burn_of_window(spent, float(budget.amount), length, period)


def states(project_id: str, now: int) -> list[BudgetState]:
    """Of every budget that is not archived, by name; of one for each value, those of the values
    that spent most. `now` is in nanoseconds. Raises what ClickHouse raises.
    """
    budgets = list(Budget.objects.filter(project=project_id, is_archived=False))
    return states_of(budgets, now)


def states_of(budgets: Sequence[Budget], now: int) -> list[BudgetState]:
    """The same of these, which are of one project. Budgets of one dimension share their queries."""
    read = _Read(now)
    read.all_that(budgets)
    return [
        state_of(budget, value, read.spending(budget, value), now, read.by_hour(budget))
        for budget in budgets
        for value in read.values(budget)
    ]


class _Read:
    """The figures of some budgets of one project, each read once."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._values: dict[tuple[str, str, str], list[str]] = {}
        self._spending: dict[tuple[str, str], dict[str, Spending]] = {}
        self._by_hour: dict[str, dict[int, float]] = {}

    def all_that(self, budgets: Sequence[Budget]) -> None:
        wanted: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for budget in budgets:
            wanted[budget.field, budget.zone].update(dict.fromkeys(self.values(budget)))
            if budget.zone not in self._by_hour:
                self._by_hour[budget.zone] = hours_of_day(
                    budget.project_id, zone=budget.zone, now=self._now
                )
        for (field, zone), values in wanted.items():
            if values:
                self._spending[field, zone] = spending_of(
                    budgets[0].project_id, zone=zone, now=self._now, by=field, values=list(values)
                )

    def values(self, budget: Budget) -> list[str]:
        """That it is for; of one for each, the biggest of its period, the biggest first."""
        if not budget.is_each:
            return [budget.value]
        kind = budget.field, budget.period, budget.zone
        if kind not in self._values:
            since = period_at(self._now, budget.period, budget.zone).since
            self._values[kind], _is_cut = biggest(
                budget.project_id, budget.field, since=since, until=self._now
            )
        return self._values[kind]

    def spending(self, budget: Budget, value: str) -> Spending:
        return self._spending[budget.field, budget.zone][value]

    def by_hour(self, budget: Budget) -> dict[int, float]:
        return self._by_hour[budget.zone]
