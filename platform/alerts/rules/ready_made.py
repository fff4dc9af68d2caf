"""Rules that need only be switched on, as data."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    DAY,
    HOUR,
    WEEK,
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Drift,
    NoData,
    Signal,
    Threshold,
    WrongRule,
    check,
)
from alerts.rules.definition import Definition, Measured
from alerts.rules.lifecycle import Lasting
from alerts.rules.points import Limit, Side
from traces.queries.metrics import SCORES

ERRORS = Measured(measure="error_rate")
SLOW = Measured(measure="latency", aggregation="p95")


def _warning(value: float) -> tuple[Limit, ...]:
    return (Limit(Tier.WARNING, value),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """`needs_score`: it is of scores of a name that a person chooses; `needs_amount`: of dollars.
    A score that is named already is a check's own.
    """

    key: str
    title: str
    about: str
    definition: Definition
    needs_score: bool = False
    needs_amount: bool = False

    def made(self, *, score: str = "", amount: float | None = None) -> Definition:
        """The rule for these. Raises WrongRule where one that it needs is missing."""
        made = self.definition
        if score:
            one = replace(made.measured[0], scores=(score,))
            made = replace(made, measured=(one,))
        elif self.needs_score:
            raise WrongRule(_("Choose a score."))
        if self.needs_amount:
            check(amount is not None, _("Say an amount in dollars."))
            assert isinstance(made.condition, Budget) and amount is not None
            made = replace(made, condition=replace(made.condition, amount=amount))
        return made


READY_MADE = (
    ReadyMade(
        key="error_rate",
        title=_("Error rate above 5 %"),
        about=_("For three minutes, and surely so: few calls do not fire it."),
        definition=Definition(
            measured=(ERRORS,),
            condition=Threshold(limits=_warning(0.05), least_samples=10, is_sure=True),
            bucket="minute",
            lasting=Lasting(for_seconds=180, keep_firing_seconds=180),
        ),
    ),
    ReadyMade(
        key="slow",
        title=_("p95 latency above 5 s"),
        about=_("Of all calls of five minutes."),
        definition=Definition(
            measured=(SLOW,),
            condition=Threshold(limits=_warning(5.0), recovery=4.0, least_samples=20),
        ),
    ),
    ReadyMade(
        key="cost_against_yesterday",
        title=_("Cost more than twice that of yesterday"),
        about=_("Of an hour, against the same hour of the day before."),
        definition=Definition(
            measured=(Measured(measure="cost"),),
            condition=Change(
                limits=_warning(100.0), back_seconds=DAY, span_seconds=HOUR, least_samples=10
            ),
            bucket="hour",
        ),
    ),
    ReadyMade(
        key="daily_budget",
        title=_("Daily budget: spent to 80 and to 100 %"),
        about=_("What was spent since midnight, of an amount that you choose."),
        definition=Definition(
            measured=(Measured(measure="cost"),), condition=Budget(amount=1.0), bucket="5m"
        ),
        needs_amount=True,
    ),
    ReadyMade(
        key="budgets",
        title=_("Budgets: used to 80 and to 100 %"),
        about=_("Each budget of this project, also one that will be used up at this pace."),
        definition=Definition(condition=BudgetState(), bucket="15m"),
    ),
    ReadyMade(
        key="drift",
        title=_("Drift"),
        about=_("Each drift monitor of this project, but for what was marked as expected."),
        definition=Definition(condition=Drift(), bucket="15m"),
    ),
    ReadyMade(
        key="quality",
        title=_("Quality below 0.8"),
        about=_("The mean of a score that you choose, for fifteen minutes."),
        definition=Definition(
            measured=(Measured(view=SCORES, measure="value"),),
            condition=Threshold(side=Side.BELOW, limits=_warning(0.8), least_samples=5),
            lasting=Lasting(for_seconds=900),
        ),
        needs_score=True,
    ),
    ReadyMade(
        key="json_failures",
        title=_("JSON failures above 5 %"),
        about=_("Of the check “Valid JSON”, which has to be on."),
        definition=Definition(
            measured=(Measured(view=SCORES, measure="value", scores=("valid_json",)),),
            condition=Threshold(
                side=Side.BELOW, limits=_warning(0.95), least_samples=20, is_sure=True
            ),
            bucket="15m",
        ),
    ),
    ReadyMade(
        key="response_length",
        title=_("Response length: ± 50 %, against the last 7 days"),
        about=_("The mean output tokens of an hour."),
        definition=Definition(
            measured=(Measured(measure="output_tokens", aggregation="avg"),),
            condition=Change(
                side=Side.EITHER,
                limits=_warning(50.0),
                back_seconds=WEEK,
                span_seconds=WEEK,
                least_samples=20,
            ),
            bucket="hour",
        ),
    ),
    ReadyMade(
        key="no_traffic",
        title=_("No traffic for fifteen minutes"),
        about=_("Nothing at all arrived."),
        definition=Definition(measured=(Measured(),), condition=NoData(), bucket="15m"),
    ),
    ReadyMade(
        key="objective",
        title=_("Objective: successful calls, 99 %"),
        about=_("The error budget of a month burns too fast, in two windows at once."),
        definition=Definition(
            measured=(ERRORS,), condition=BurnRate(objective=0.99, least_samples=50)
        ),
    ),
    ReadyMade(
        key="unusual_latency",
        title=_("Unusual latency"),
        about=_("p95, against what is usual at this hour of the week."),
        definition=Definition(measured=(SLOW,), condition=Anomaly(least_samples=10), bucket="15m"),
    ),
    ReadyMade(
        key="weak_signals",
        title=_("Several weak signs at once"),
        about=_("Errors, latency and cost per call, none of which would be told by itself."),
        definition=Definition(
            measured=(ERRORS, SLOW, Measured(measure="cost", aggregation="avg")),
            condition=Composite(
                signals=(
                    Signal(name="errors", is_rate=True, absolute_floor=0.01, least_samples=10),
                    Signal(name="latency", least_samples=10),
                    Signal(name="cost", least_samples=10),
                )
            ),
            bucket="15m",
            lasting=Lasting(for_seconds=1800, keep_firing_seconds=1800),
        ),
    ),
)
BY_KEY = {one.key: one for one in READY_MADE}
