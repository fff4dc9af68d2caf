"""The limits of a rule, as they are tried, proposed and set."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alerts.incidents.models import TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    Change,
    Composite,
    Drift,
    Threshold,
)
from alerts.rules.definition import Definition
from alerts.rules.editing.fields import Duration, Number
from alerts.rules.points import Limit, Side
from alerts.rules.words import unit_of

Limited = Threshold | Change | Anomaly | Budget | Composite | BudgetState
TIER_NAMES = dict(TIERS)
PER_CENT, MAX_SENT = 100, 40


def limits_of(definition: Definition) -> dict[Tier, float]:
    """By tier, the lowest first; nothing of what has none."""
    if not isinstance(definition.condition, Limited):
        return {}
    ordered = sorted(definition.condition.limits, key=lambda one: one.tier.rank)
    return {one.tier: one.value for one in ordered}


def with_limits(
    definition: Definition, values: Mapping[Tier, float], for_seconds: int | None = None
) -> Definition:
    """The same with these; what it recovers at moves along where it would lie beyond. Raises
    WrongRule where they make no sense together.
    """
    if for_seconds is not None:
        lasting = replace(definition.lasting, for_seconds=for_seconds)
        definition = replace(definition, lasting=lasting)
    condition = definition.condition
    if not isinstance(condition, Limited) or not values:
        return definition
    limits = tuple(Limit(one.tier, values.get(one.tier, one.value)) for one in condition.limits)
    changes: dict[str, Any] = {"limits": limits}
    recovery = getattr(condition, "recovery", None)
    if recovery is not None and not isinstance(condition, Change):
        changes["recovery"] = _inside(recovery, limits, getattr(condition, "side", Side.ABOVE))
    return replace(definition, condition=replace(condition, **changes))


def _inside(recovery: float, limits: tuple[Limit, ...], side: Side) -> float:
    values = [one.value for one in limits]
    return max(recovery, *values) if side == Side.BELOW else min(recovery, *values)


class LimitsForm(forms.Form):
    """One field for each limit, and for how long. Bound to what was sent; what was not is as the
    rule has it.
    """

    def __init__(self, definition: Definition, data: QueryDict) -> None:
        own = sent_limits(definition)
        sent = {name: data.get(name, text)[:MAX_SENT] for name, text in own.items()}
        super().__init__(data=sent, auto_id="try-%s")
        self.definition = definition
        for tier in limits_of(definition):
            label = _("Limit: %(tier)s") % {"tier": TIER_NAMES[str(tier)]}
            self.fields[_name(tier)] = Number(
                label, help_text=_unit(definition), scale=_scale(definition)
            )
        self.fields["for"] = Duration(_("For how long"), help_text=_("Such as 5m"))

    def wanted(self) -> Definition:
        """Of a valid form. Raises WrongRule."""
        told = self.cleaned_data
        values = {tier: told[_name(tier)] for tier in limits_of(self.definition)}
        return with_limits(self.definition, values, told["for"])


def sent_limits(definition: Definition) -> dict[str, str]:
    """As the form sends them: what brings them back."""
    number = Number("", scale=_scale(definition))
    found = {_name(tier): number.shown(value) for tier, value in limits_of(definition).items()}
    return {**found, "for": Duration.shown(definition.lasting.for_seconds)}


def _name(tier: Tier) -> str:
    return f"limit-{tier}"


def _scale(definition: Definition) -> int:
    return PER_CENT if _unit(definition) == "%" and _is_share(definition) else 1


def _is_share(definition: Definition) -> bool:
    is_plain = isinstance(definition.condition, Threshold)
    return is_plain and unit_of(definition.measured[0]) == "share"


def _unit(definition: Definition) -> str:
    match definition.condition:
        case Change() | Budget() | BudgetState():
            return "%"
        case Anomaly() | Composite():
            return "σ"
        case Drift():  # which is judged elsewhere
            return ""
    if _is_share(definition):
        return "%"
    return {"seconds": "s", "dollars": "$"}.get(unit_of(definition.measured[0]), "")
