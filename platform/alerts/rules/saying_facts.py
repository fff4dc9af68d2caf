"""What was measured, and what it was held against, in words with units."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    NoData,
    Threshold,
)
from alerts.rules.definition import Definition
from alerts.rules.points import Side
from alerts.rules.saying import subject
from alerts.rules.words import in_unit, lasting, plain, unit_of

Facts = Mapping[str, Any]


def value_words(definition: Definition, facts: Facts) -> str:
    """“Error rate of env:production: 7.2 %”; "" where the facts are not of a measured value."""
    condition, value = definition.condition, facts.get("value")
    if isinstance(condition, Composite):
        return _signals(facts)
    if not definition.measured:
        return _judged_elsewhere(definition, facts)
    if value is None and not facts.get("evidence"):
        return ""
    told = {"what": subject(definition.measured[0]), "value": _judged(definition, facts)}
    match condition:
        case BurnRate():
            return _("The error budget burns %(value)s times as fast as it may") % told
        case Budget():
            return _("%(what)s: %(value)s spent") % told
        case NoData():
            told["value"] = plain(value or 0)
            return _("%(what)s: %(value)s") % told
    return _("%(what)s: %(value)s") % told


def _judged_elsewhere(definition: Definition, facts: Facts) -> str:
    value, evidence = facts.get("value"), facts.get("evidence") or {}
    if value is None:
        return ""
    if not isinstance(definition.condition, BudgetState):
        if evidence.get("state") != "drift":
            return _("An effect of %(value)s") % {"value": plain(value)}
        return _("Drift, by an effect of %(value)s") % {"value": plain(value)}
    told = {
        "spent": in_unit(evidence.get("spent"), "dollars"),
        "amount": in_unit(evidence.get("amount"), "dollars"),
        "percent": plain(value),
    }
    spent = _("%(spent)s of %(amount)s (%(percent)s %%)") % told
    if (projected := evidence.get("projected")) is None:
        return spent
    told = {"spent": spent, "projected": in_unit(projected, "dollars")}
    return _("%(spent)s, heading for %(projected)s") % told


def _judged(definition: Definition, facts: Facts) -> str:
    condition, value = definition.condition, facts.get("value")
    unit, evidence = unit_of(definition.measured[0]), facts.get("evidence") or {}
    match condition:
        case Change() if "now" in evidence:
            now, before = (in_unit(evidence[one], unit) for one in ("now", "before"))
            if value is None:
                return now
            told = {"now": now, "before": before, "change": _signed(value)}
            return _("%(now)s, %(change)s against %(before)s before") % told
        case Anomaly() if "z" in evidence:
            told = {"value": in_unit(value, unit), "z": _signed(evidence["z"], "σ")}
            return _("%(value)s, %(z)s from usual") % told
        case BurnRate() if value is not None:
            return plain(value)
        case Budget() if "spent" in evidence:
            spent, amount = (in_unit(evidence[one], unit) for one in ("spent", "amount"))
            told = {"spent": spent, "amount": amount, "percent": plain(value or 0)}
            return _("%(spent)s of %(amount)s (%(percent)s %%)") % told
    return in_unit(value, unit)


def _signed(value: float, unit: str = "%") -> str:
    return f"{'+' if value >= 0 else '−'}{plain(abs(value))} {unit}"


def _signals(facts: Facts) -> str:
    """Those that say most first."""
    value, evidence = facts.get("value"), facts.get("evidence") or {}
    if value is None:
        return ""
    ordered = sorted(evidence.items(), key=lambda one: -one[1]["share"])
    signals = ", ".join(f"{name} {plain(one['z'])} σ" for name, one in ordered)
    return _("%(value)s σ together: %(signals)s") % {"value": plain(value), "signals": signals}


def limit_words(definition: Definition, facts: Facts) -> str:
    """“above 5 %”, or the band in which it was expected."""
    condition, limit = definition.condition, facts.get("limit")
    if isinstance(condition, Anomaly):
        return _band(definition, facts)
    return "" if limit is None else _limit(definition, limit)


def _limit(definition: Definition, limit: float) -> str:
    condition = definition.condition
    match condition:
        case Threshold():
            told = in_unit(limit, unit_of(definition.measured[0]))
            return _beyond(condition.side, told)
        case Change(side=Side.EITHER):
            return _("beyond ± %(limit)s %%") % {"limit": plain(limit)}
        case Change():
            return _beyond(condition.side, _signed(limit))
        case NoData():
            return _("at least %(n)s wanted") % {"n": plain(limit)}
        case BurnRate():
            return _("above %(limit)s times") % {"limit": plain(limit)}
        case Composite():
            return _beyond(Side.ABOVE, f"{plain(limit)} σ")
        case Budget() | BudgetState():
            return _beyond(Side.ABOVE, f"{plain(limit)} %")
    return _beyond(Side.ABOVE, plain(limit))


def _beyond(side: Side, limit: str) -> str:
    words = _("below %(limit)s") if side == Side.BELOW else _("above %(limit)s")
    return words % {"limit": limit}


def _band(definition: Definition, facts: Facts) -> str:
    low, high = facts.get("low"), facts.get("high")
    if low is None or high is None:
        return ""
    unit, usual = unit_of(definition.measured[0]), (facts.get("evidence") or {}).get("usual")
    if unit != "score":
        low = max(low, 0.0)  # nothing else can be less than nothing
    told = {"low": in_unit(low, unit), "high": in_unit(high, unit), "usual": in_unit(usual, unit)}
    return _("expected %(low)s to %(high)s, usually %(usual)s") % told


def window_words(definition: Definition, facts: Facts) -> str:
    """The time that was judged, on the clock of the rule's zone."""
    if "begin" not in facts or "end" not in facts:
        return ""
    evidence, begin, end = facts.get("evidence") or {}, facts["begin"], facts["end"]
    if isinstance(definition.condition, BurnRate):
        begin = end - evidence.get("long_seconds", end - begin)
    elif isinstance(definition.condition, Budget | BudgetState):
        begin = evidence.get("since", begin)
    zone = ZoneInfo(definition.zone)
    since, until = datetime.fromtimestamp(begin, zone), datetime.fromtimestamp(end, zone)
    is_one_day = since.date() == until.date()
    told = {
        "since": f"{since:%Y-%m-%d %H:%M}",
        "until": f"{until:%H:%M}" if is_one_day else f"{until:%Y-%m-%d %H:%M}",
        "zone": definition.zone,
        "time": lasting(end - begin),
    }
    return _("%(since)s – %(until)s %(zone)s (%(time)s)") % told
