"""When it is bad: a part of the editor for each kind of condition. A kind without one is edited as
JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alerts.incidents.models import TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import MOST_SAMPLES
from alerts.rules.editing.fields import OFF, Choice, Choices, Duration, Flag, Number, Several, Whole
from alerts.rules.editing.part import Json, Part, Sent
from alerts.rules.editing.rows import Zone
from alerts.rules.points import Side
from alerts.rules.words import PERIODS, SHARE

ABOVE_BELOW = [(str(Side.ABOVE), _("above")), (str(Side.BELOW), _("below"))]
MORE_LESS = [
    (str(Side.ABOVE), _("more")),
    (str(Side.BELOW), _("less")),
    (str(Side.EITHER), _("more or less")),
]
LIMITS = {f"limit_{tier}": str(tier) for tier in Tier}
MAX_JSON = 20_000
SAMPLES = _("With fewer nothing begins to fire.")
RECOVERY = _("Where it is over; empty: at the limit.")


def samples() -> Whole:
    return Whole(_("Least samples in a bucket"), most=MOST_SAMPLES, help_text=SAMPLES)


def limit(tier: Tier) -> Number:
    words = {
        Tier.INFO: _("Info from"),
        Tier.WARNING: _("Warning from"),
        Tier.CRITICAL: _("Critical from"),
    }[tier]
    return Number(words, is_optional=True)


class ConditionPart(Part):
    """`unit` is that of the measure, of traces.queries.metrics. A condition of what is judged
    elsewhere chooses one of `names`: ids with what they are called.
    """

    def __init__(self, data: Any, prefix: str, unit: str, names: Choices = ()) -> None:
        self.unit, self.names = unit, names
        super().__init__(data, prefix)

    @classmethod
    def of_condition(cls, told: Mapping[str, Any], unit: str) -> Sent:
        return cls.filled(told)


class Limited(ConditionPart):
    """With a limit for each tier."""

    limit_info = limit(Tier.INFO)
    limit_warning = limit(Tier.WARNING)
    limit_critical = limit(Tier.CRITICAL)

    sign = ""  # of what limits are in

    def adapt(self) -> None:
        for name in LIMITS:
            field = self.fields[name]
            field.label = f"{field.label} ({self.sign})" if self.sign else field.label

    def told(self) -> Json:
        said = super().told()
        found = {name: said.pop(name) for name in LIMITS}
        limits = [
            {"tier": LIMITS[name], "value": value}
            for name, value in found.items()
            if value is not None
        ]
        return {**said, "limits": limits}

    @classmethod
    def filled(cls, told: Mapping[str, Any]) -> Sent:
        limits = {f"limit_{one['tier']}": one["value"] for one in told.get("limits", ())}
        return super().filled({**told, **limits})


class ThresholdPart(Limited):
    side = Choice(_("Bad is"), ABOVE_BELOW)
    recovery = Number(_("Recovered at"), is_optional=True, help_text=RECOVERY)
    least_samples = samples()
    is_sure = Flag(
        _("Surely so: all of the 95 % interval is beyond the limit"),
        help_text=_("Of rates: 1 failure of 5 is no rate of 20 %."),
    )
    field_order = ("side", "limit_info", "limit_warning", "limit_critical")

    def adapt(self) -> None:
        self.sign = {SHARE: "%", "dollars": "$", "seconds": "s"}.get(self.unit, "")
        super().adapt()
        if self.unit == SHARE:
            for name in (*LIMITS, "recovery"):
                self.fields[name].scale = 100  # type: ignore[attr-defined]
        if self.unit not in (SHARE, "score"):
            del self.fields["is_sure"]

    @classmethod
    def of_condition(cls, told: Mapping[str, Any], unit: str) -> Sent:
        found = cls.filled(told)
        if unit == SHARE:
            values = {f"limit_{one['tier']}": one["value"] for one in told["limits"]}
            values["recovery"] = told["recovery"]
            shares = {name: Number("", scale=100).shown(one) for name, one in values.items()}
            found |= shares
        return found


class ChangePart(Limited):
    side = Choice(_("Bad is"), MORE_LESS)
    back_seconds = Duration(_("Compared with what began before"))
    span_seconds = Duration(_("and lasted"))
    recovery = Number(_("Recovered at"), is_optional=True, help_text=RECOVERY)
    least_samples = samples()
    field_order = ("side", "limit_info", "limit_warning", "limit_critical")
    sign = "%"


class AnomalyPart(Limited):
    side = Choice(_("Bad is"), MORE_LESS)
    recovery = Number(_("Recovered within"), help_text=_("Standard deviations."))
    bad = Whole(_("Bad buckets …"), least=1, most=20)
    of = Whole(_("… of the last"), least=1, most=20)
    calm = Whole(_("Calm buckets until it is over"), least=1, most=20)
    weeks = Whole(_("Usual of the last (weeks)"), least=1, most=4)
    learn_days = Whole(_("Days in which it only learns"), most=28)
    relative_floor = Number(_("Least deviation (% of usual)"), scale=100)
    absolute_floor = Number(_("Least deviation (in its unit)"))
    is_rate = Flag(_("A rate between 0 and 1"))
    least_samples = samples()
    field_order = ("side", "limit_info", "limit_warning", "limit_critical")
    sign = "σ"


class CompositePart(Limited):
    recovery = Number(_("Recovered within"), help_text=_("Standard deviations."))
    least_signals = Whole(_("Signals that are bad, at least"), least=2, most=8)
    each = Number(_("each by (σ)"))
    weeks = Whole(_("Usual of the last (weeks)"), least=1, most=4)
    learn_days = Whole(_("Days in which it only learns"), most=28)
    relative_floor = Number(_("Least deviation (% of usual)"), scale=100)
    correlation = Number(
        _("Correlation of each pair"), is_optional=True, help_text=_("Empty: learned.")
    )
    sign = "σ"


class BurnPart(ConditionPart):
    objective = Number(_("Objective (%)"), scale=100, help_text=_("99.9 % allows 1 of 1,000."))
    counts_good = Flag(_("The measure is the share of what is good"))
    is_sure = Flag(_("Surely so: by the lower end of the 95 % interval"))
    least_samples = samples()


class BudgetPart(Limited):
    amount = Number(_("Amount"))
    period = Choice(_("In a"), PERIODS.items())
    zone = Zone(help_text=_("Days, weeks and months begin at its midnight."))
    projected = Flag(_("What it comes to at this pace, not what is spent"))
    field_order = ("amount", "period", "zone")
    sign = "%"

    def told(self) -> Json:
        said = super().told()
        return {**said, "period": said["period"] or "day"}


class NoDataPart(ConditionPart):
    tier = Choice(_("Tier"), TIERS)
    least_samples = Whole(_("Fewer in a bucket than"), least=1, most=MOST_SAMPLES)

    def told(self) -> Json:
        said = super().told()
        return {**said, "tier": said["tier"] or str(Tier.WARNING)}


class DriftPart(ConditionPart):
    monitor = Choice(_("Monitor"), ())
    tier = Choice(_("Tier"), TIERS)
    group_by = Several(_("A message for each"), [("monitor", _("Monitor"))])

    def adapt(self) -> None:
        _offer(self, "monitor", _("all of the project"))

    def told(self) -> Json:
        said = super().told()
        return {**said, "tier": said["tier"] or str(Tier.WARNING)}


class BudgetStatePart(Limited):
    budget = Choice(_("Budget"), ())
    projected = Choice(_("Used up at this pace"), [("", _("tells nothing")), *TIERS])
    group_by = Several(
        _("A message for each"), [("budget", _("Budget")), ("value", _("Value of the budget"))]
    )
    field_order = ("budget",)
    sign = "%"

    def adapt(self) -> None:
        super().adapt()
        _offer(self, "budget", _("all of the project"))

    def told(self) -> Json:
        said = super().told()
        return {**said, "projected": said["projected"] or None}


def _offer(part: ConditionPart, name: str, all_of_them: Any) -> None:
    part.fields[name].choices = [("", all_of_them), *part.names]  # type: ignore[attr-defined]


class JsonPart(ConditionPart):
    """The whole definition, of a kind that has no form."""

    definition = forms.CharField(
        label=_("Definition"),
        max_length=MAX_JSON,
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", **OFF}),
        help_text=_("As JSON; the documentation of alerts names all fields."),
    )

    def clean_definition(self) -> Any:
        try:
            return json.loads(self.cleaned_data["definition"])
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This is no JSON: %(why)s") % {"why": error}) from None


KINDS: dict[str, type[ConditionPart]] = {
    "threshold": ThresholdPart,
    "change": ChangePart,
    "anomaly": AnomalyPart,
    "burn_rate": BurnPart,
    "budget": BudgetPart,
    "no_data": NoDataPart,
    "composite": CompositePart,
    "drift": DriftPart,
    "budget_state": BudgetStatePart,
}
