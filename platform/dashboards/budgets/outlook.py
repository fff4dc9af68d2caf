"""What the rest of this month and the next one will cost, of a project and of its models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboards.budgets.forecast import (
    LOOKS_BACK,
    Amount,
    BackTest,
    Course,
    back_test,
    course_of,
    history_of,
)
from dashboards.budgets.pace import ToCome, projected, to_come
from dashboards.budgets.periods import MONTH, Period, next_of, period_at
from dashboards.budgets.spending import Spending, biggest, hours_of_day, spending_of

TESTED_WEEKS = 8
MOST_MODELS = 8
SHOWN_DAYS = 56
DAY = 86_400_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Of a model, or of all ("" is the name). There are no amounts where too little is known:
    `history` is of how many days something is.
    """

    name: str
    spent: Decimal  # of this month
    unpriced: int
    recent: Decimal  # of the last 28 whole days
    history: int
    course: Course | None
    rest: ToCome | None
    this_month: Amount | None
    next_month: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """All that the page of the forecast tells; `ahead` is day by day, today being
    the first, to the end of next month.
    """

    month: Period
    following: Period
    whole: Outlook
    models: tuple[Outlook, ...]
    days: tuple[tuple[date, float], ...]
    ahead: tuple[tuple[date, Amount], ...]
    tested: BackTest


def prospect(project_id: str, *, zone: str, now: int) -> Prospect:
    """Raises what ClickHouse raises."""
    by_hour = hours_of_day(project_id, zone=zone, now=now)
    all_of_it = spending_of(
        project_id, zone=zone, now=now, most_days=LOOKS_BACK + 7 * TESTED_WEEKS
    )[""]
    names, _is_cut = biggest(
        project_id, "model", since=now - LOOKS_BACK * DAY, until=now, most=MOST_MODELS
    )
    by_model = {}
    if names:
        by_model = spending_of(project_id, zone=zone, now=now, by="model", values=names)
    return prospect_of(all_of_it, by_model, zone=zone, now=now, by_hour=by_hour)


def prospect_of(
    all_of_it: Spending,
    by_model: Mapping[str, Spending],
    *,
    zone: str,
    now: int,
    by_hour: Mapping[int, float],
) -> Prospect:
    """Pure."""
    month = period_at(now, MONTH, zone)
    whole = outlook_of("", all_of_it, month, now, by_hour)
    models = [outlook_of(name, one, month, now, by_hour) for name, one in by_model.items()]
    ahead: list[tuple[date, Amount]] = []
    if whole.course and whole.rest:
        days = [*whole.rest.days[1:], *next_of(month, MONTH).each_day()]
        today = projected(
            whole.course,
            ToCome(whole.rest.days[:1], whole.rest.shares[:1]),
            spent=float(all_of_it.today),
            amount=float("inf"),
        )
        ahead = [(whole.rest.days[0], today.end)]
        ahead += [(day, whole.course.sum_of([day])) for day in days]
    return Prospect(
        month=month,
        following=next_of(month, MONTH),
        whole=whole,
        models=tuple(models),
        days=tuple(all_of_it.whole_days[-SHOWN_DAYS:]),
        ahead=tuple(ahead),
        tested=back_test(all_of_it.whole_days, TESTED_WEEKS),
    )


def outlook_of(
    name: str, spending: Spending, month: Period, now: int, by_hour: Mapping[int, float]
) -> Outlook:
    spent = spending.since(month.first)
    course = course_of(spending.whole_days)
    rest = this_month = next_month = None
    if course:
        rest = to_come(course, month, now, today=float(spending.today), by_hour=by_hour)
        this_month = projected(course, rest, spent=float(spent), amount=float("inf")).end
        next_month = course.sum_of(list(next_of(month, MONTH).each_day()))
    four_weeks_ago = spending.days[-1][0] - timedelta(days=28)
    return Outlook(
        name=name,
        spent=spent,
        unpriced=spending.unpriced_since(month.first),
        recent=spending.since(four_weeks_ago) - spending.today,
        history=history_of(spending.whole_days),
        course=course,
        rest=rest,
        this_month=this_month,
        next_month=next_month,
    )
