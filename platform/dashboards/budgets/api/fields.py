"""What /api/v1/budgets takes and answers, as its schema tells it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    DecimalField,
    FloatField,
    IntegerField,
    ListField,
)

from dashboards.budgets.models import (
    MAX_KEY,
    MAX_NAME,
    MAX_VALUE,
    MOST_AMOUNT,
    MOST_PERCENT,
    MOST_THRESHOLDS,
    THRESHOLDS,
    Budget,
    Dimension,
    Every,
)
from dashboards.budgets.periods import NS
from dashboards.budgets.state import BudgetState
from traces.api.v1.fields import MONEY, moment, nullable

EACH = "One of them; empty: each of them has the amount for itself."


class Amount(DecimalField):
    """Of ASCII digits: JSON has no others, and what reads “١٢” as 12 may read it wrong."""

    def to_internal_value(self, data: object) -> Decimal:
        if isinstance(data, str) and not data.isascii():
            self.fail("invalid")
        return super().to_internal_value(data)


class BudgetSent(serializers.Serializer):
    """What a new budget is made of; PATCH takes any part of it."""

    name = CharField(max_length=MAX_NAME)
    amount_usd = Amount(max_digits=14, decimal_places=4, min_value=0, max_value=MOST_AMOUNT)
    dimension = ChoiceField(Dimension.values, required=False, default=str(Dimension.PROJECT))
    value = CharField(
        required=False, allow_blank=True, default="", max_length=MAX_VALUE, help_text=EACH
    )
    metadata_key = CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_KEY,
        help_text="Where calls name their team or feature; empty: `team` or `feature`.",
    )
    period = ChoiceField(Every.values, required=False, default=str(Every.MONTH))
    time_zone = CharField(required=False, default="UTC", max_length=64)
    thresholds = ListField(
        child=IntegerField(min_value=1, max_value=MOST_PERCENT),
        required=False,
        default=list(THRESHOLDS),
        max_length=MOST_THRESHOLDS,
        help_text="In percent of the amount.",
    )
    is_archived = BooleanField(required=False, default=False)


class ProjectionFields(serializers.Serializer):
    """What the period will have cost at its end."""

    expected_usd = FloatField()
    low_usd = FloatField(help_text="The interval from low to high holds it with 90 %.")
    high_usd = FloatField()
    exceeded_on = DateField(allow_null=True, help_text="When the amount is expected to be used up.")
    chance_of_exceeding = FloatField()


class BurnFields(serializers.Serializer):
    hours = IntegerField()
    rate = FloatField(allow_null=True)


class StateFields(serializers.Serializer):
    value = CharField(allow_blank=True, help_text="Of the dimension; empty is the whole project.")
    period_from = moment()
    period_to = moment()
    elapsed = FloatField(help_text="Share of the period that is over.")
    spent_usd = CharField(help_text=MONEY)
    unpriced = IntegerField(help_text="Calls of unknown cost, which spent_usd leaves out.")
    share = FloatField(help_text="Spent of the amount.")
    threshold = IntegerField(allow_null=True, help_text="The highest that is reached.")
    burn_rate = FloatField(allow_null=True, help_text="Spent share ÷ elapsed share.")
    burn_windows = BurnFields(many=True)
    history_days = IntegerField(help_text="Of how many days something is known.")
    projection = ProjectionFields(allow_null=True, help_text="Null with too little history.")


class BudgetFields(serializers.Serializer):
    id = CharField()
    name = CharField()
    amount_usd = CharField()
    dimension = ChoiceField(Dimension.values)
    value = nullable(EACH)
    metadata_key = nullable()
    period = ChoiceField(Every.values)
    time_zone = CharField()
    thresholds = ListField(child=IntegerField())
    is_archived = BooleanField()
    created_at = moment()
    states = StateFields(
        many=True, help_text="One, or one for each value that spent most; none when archived."
    )


class BudgetsFields(serializers.Serializer):
    data = BudgetFields(many=True)


def budget_shape(budget: Budget, states: list[BudgetState]) -> dict[str, Any]:
    return {
        "id": budget.pk,
        "name": budget.name,
        "amount_usd": f"{budget.amount.normalize():f}",
        "dimension": budget.dimension,
        "value": budget.value or None,
        "metadata_key": budget.metadata_key or None,
        "period": budget.period,
        "time_zone": budget.zone,
        "thresholds": budget.thresholds,
        "is_archived": budget.is_archived,
        "created_at": budget.created_at.isoformat(),
        "states": [state_shape(one) for one in states],
    }


def state_shape(state: BudgetState) -> dict[str, Any]:
    return {
        "value": state.value,
        "period_from": _written(state.period.since),
        "period_to": _written(state.period.until),
        "elapsed": state.elapsed,
        "spent_usd": f"{state.spent:f}",
        "unpriced": state.unpriced,
        "share": state.share,
        "threshold": state.crossed,
        "burn_rate": state.burn,
        "burn_windows": [{"hours": one.hours, "rate": one.rate} for one in state.windows],
        "history_days": state.history,
        "projection": _projection(state),
    }


def _projection(state: BudgetState) -> dict[str, Any] | None:
    found = state.projection
    if found is None:
        return None
    return {
        "expected_usd": found.end.expected,
        "low_usd": found.end.low,
        "high_usd": found.end.high,
        "exceeded_on": found.exceeded_on and found.exceeded_on.isoformat(),
        "chance_of_exceeding": found.chance,
    }


def _written(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // NS, UTC).isoformat()
