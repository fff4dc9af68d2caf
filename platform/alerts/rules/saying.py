"""A rule in words: “Error rate of env:production above 5 % for 3 min, for each model”."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.incidents.models import TIERS
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Condition,
    Drift,
    NoData,
    Threshold,
)
from alerts.rules.definition import Definition, Measured
from alerts.rules.points import Limit, Side
from alerts.rules.words import (
    PERIODS,
    dimension_name,
    in_unit,
    judged_of,
    lasting,
    measure_name,
    plain,
)

TIER_NAMES = dict(TIERS)


def sentence(definition: Definition) -> str:
    """All of when it fires, in one sentence."""
    told = predicate(definition)
    if seconds := definition.lasting.for_seconds:
        told = _("%(what)s for %(time)s") % {"what": told, "time": lasting(seconds)}
    if definition.by:
        view = definition.measured[0].view
        names = ", ".join(dimension_name(view, name) for name in definition.by)
        told = _("%(what)s, each %(names)s by itself") % {"what": told, "names": names}
    return told


def tiers(definition: Definition) -> list[Tier]:
    """That it may have, the highest first."""
    condition = definition.condition
    parts = getattr(condition, "limits", None) or getattr(condition, "windows", None) or ()
    found = {one.tier for one in parts} or {getattr(condition, "tier", Tier.WARNING)}
    return sorted(found, key=lambda one: -one.rank)


def subject(one: Measured) -> str:
    """“Latency (p95) of env:production”, or the share that a query is of another."""
    if one.bad_query:
        told = {"bad": one.bad_query, "all": one.query or _("everything")}
        return _("Share of %(bad)s in %(all)s") % told
    words = measure_name(one)
    if one.scores:
        words = _("%(measure)s “%(scores)s”") % {"measure": words, "scores": ", ".join(one.scores)}
    if one.query:
        words = _("%(measure)s of %(query)s") % {"measure": words, "query": one.query}
    return words


def predicate(definition: Definition) -> str:
    condition: Condition = definition.condition
    if isinstance(condition, Drift):
        return _("A drift monitor finds a drift that nobody marked as expected")
    if isinstance(condition, BudgetState):
        return _budget_state(definition, condition)
    what = subject(definition.measured[0])
    match condition:
        case Threshold():
            return _sided(what, condition.side, _limits(definition, condition.limits))
        case Change():
            return _change(definition, condition, what)
        case Anomaly():
            return _anomaly(definition, condition, what)
        case BurnRate():
            told = {"what": what, "objective": in_unit(condition.objective, "share")}
            return (
                _("%(what)s uses up the error budget of the objective %(objective)s too fast")
                % told
            )
        case Budget():
            return _budget(definition, condition, what)
        case NoData():
            return _no_data(definition, condition)
        case Composite():
            return _composite(definition, condition)
    return what  # type: ignore[unreachable]  # a kind that says itself elsewhere


def _limits(definition: Definition, limits: tuple[Limit, ...]) -> str:
    ordered = sorted(limits, key=lambda one: one.tier.rank)
    if len(ordered) == 1:
        return judged_of(definition, ordered[0].value)
    return ", ".join(
        _("%(limit)s (%(tier)s)")
        % {"limit": judged_of(definition, one.value), "tier": TIER_NAMES[str(one.tier)]}
        for one in ordered
    )


def _sided(what: str, side: Side, limits: str) -> str:
    told = {"what": what, "limit": limits}
    if side == Side.BELOW:
        return _("%(what)s below %(limit)s") % told
    return _("%(what)s above %(limit)s") % told


def _change(definition: Definition, condition: Change, what: str) -> str:
    told = {
        "what": what,
        "limit": _limits(definition, condition.limits),
        "before": _before(condition),
    }
    if condition.side == Side.EITHER:
        return _("%(what)s ± %(limit)s against %(before)s") % told
    if condition.side == Side.BELOW:
        return _("%(what)s below %(limit)s against %(before)s") % told
    return _("%(what)s up by more than %(limit)s against %(before)s") % told


def _before(condition: Change) -> str:
    told = {"span": lasting(condition.span_seconds), "back": lasting(condition.back_seconds)}
    if condition.span_seconds == condition.back_seconds:
        return _("the last %(span)s") % told
    return _("the %(span)s that began %(back)s before") % told


def _anomaly(definition: Definition, condition: Anomaly, what: str) -> str:
    told = {
        "what": what,
        "limit": _limits(definition, condition.limits),
        "bad": condition.bad,
        "of": condition.of,
    }
    if condition.side == Side.EITHER:
        return _("%(what)s unusual by %(limit)s in %(bad)s of %(of)s buckets") % told
    if condition.side == Side.BELOW:
        return _("%(what)s unusually low by %(limit)s in %(bad)s of %(of)s buckets") % told
    return _("%(what)s unusually high by %(limit)s in %(bad)s of %(of)s buckets") % told


def _budget(definition: Definition, condition: Budget, what: str) -> str:
    told = {
        "what": what,
        "limit": _limits(definition, condition.limits),
        "amount": in_unit(condition.amount, "dollars")
        if definition.measured[0].measure.endswith("cost")
        else plain(condition.amount),
        "period": str(PERIODS[condition.period]).lower(),
    }
    if condition.projected:
        return _("%(what)s heads beyond %(limit)s of %(amount)s a %(period)s") % told
    return _("%(what)s beyond %(limit)s of %(amount)s a %(period)s") % told


def _budget_state(definition: Definition, condition: BudgetState) -> str:
    told = {"limit": _limits(definition, condition.limits)}
    if condition.projected:
        return _("A budget is used to %(limit)s, or will be used up at this pace") % told
    return _("A budget is used to %(limit)s") % told


def _no_data(definition: Definition, condition: NoData) -> str:
    told = {
        "what": subject(definition.measured[0]),
        "n": condition.least_samples,
        "time": lasting(definition.width),
    }
    if condition.least_samples == 1:
        return _("Nothing in %(time)s: %(what)s") % told
    return _("Fewer than %(n)s in %(time)s: %(what)s") % told


def _composite(definition: Definition, condition: Composite) -> str:
    told = {
        "n": condition.least_signals,
        "signals": "; ".join(subject(one) for one in definition.measured),
        "limit": _limits(definition, condition.limits),
    }
    words = ngettext(
        "At least %(n)s weak signal, together %(limit)s from usual: %(signals)s",
        "At least %(n)s weak signals at once, together %(limit)s from usual: %(signals)s",
        condition.least_signals,
    )
    return words % told
