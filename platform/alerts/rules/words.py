"""What the things that a rule is made of are called, and values with their units."""

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from alerts.rules.conditions import (
    Anomaly,
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Period,
)
from alerts.rules.definition import MAX_TEXT, Definition, Measured
from traces.metric_words import AGGREGATIONS, DIMENSIONS_OF, MEASURES, aggregations
from traces.queries.metrics.dimensions import METADATA
from traces.queries.metrics.quantities import ALIASES
from traces.queries.metrics.statement import QUANTITIES
from traces.templatetags.trace_figures import duration, quantity

SECOND = 1_000_000_000
SHARE = "share"
KINDS: dict[str, str | Promise] = {
    "threshold": _("Threshold"),
    "change": _("Change"),
    "anomaly": _("Unusual"),
    "burn_rate": _("Objective (burn rate)"),
    "budget": _("Amount in a period"),
    "no_data": _("No data"),
    "composite": _("Several weak signals"),
    "drift": _("Drift"),
    "budget_state": _("Budget"),
}
PERIODS: dict[str, str | Promise] = {
    Period.DAY: _("Day"),
    Period.WEEK: _("Week"),
    Period.MONTH: _("Month"),
}
BUCKETS: dict[str, str | Promise] = {
    "minute": _("1 minute"),
    "5m": _("5 minutes"),
    "10m": _("10 minutes"),
    "15m": _("15 minutes"),
    "30m": _("30 minutes"),
    "hour": _("1 hour"),
}


def lasting(seconds: int) -> str:
    """3 min, 1 h 30 min, 7 days."""
    if seconds < 60 or seconds % 60:
        return duration(seconds * SECOND)
    minutes = seconds // 60
    if minutes < 60:
        return gettext("%(n)s min") % {"n": minutes}
    if minutes % 60:
        return gettext("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    hours = minutes // 60
    if hours % 24:
        return gettext("%(n)s h") % {"n": hours}
    return gettext("%(n)s d") % {"n": hours // 24}


def aggregation_of(one: Measured) -> str:
    """The one that it has, also where none is named; "" where there is no such measure."""
    known = aggregations(one.view, ALIASES.get(one.measure, one.measure))
    return one.aggregation or (known[0] if known else "")


def unit_of(one: Measured) -> str:
    """Of traces.queries.metrics; "" where there is no such measure."""
    if one.bad_query:
        return SHARE
    found = QUANTITIES[one.view].get(ALIASES.get(one.measure, one.measure))
    if found is None:
        return ""
    return "count" if aggregation_of(one) in ("count", "uniq") else found.unit


def unit_named(view: str, measure: str, aggregation: str) -> str:
    """Of names that somebody typed."""
    names = (measure[:MAX_TEXT], aggregation[:MAX_TEXT])
    return unit_of(Measured(view=view, measure=names[0], aggregation=names[1]))


def measure_name(one: Measured) -> str:
    """“Latency (p95)”; a measure that there is not by the name that somebody gave it."""
    name = ALIASES.get(one.measure, one.measure)
    words = str(MEASURES[one.view].get(name, one.measure))
    if one.view != "scores" and name == "count":
        return str(_("Number of calls") if one.view == "observations" else _("Number of traces"))
    how = aggregation_of(one)
    if len(aggregations(one.view, name)) < 2 or how not in AGGREGATIONS:
        return words
    return f"{words} ({AGGREGATIONS[how]})"


def dimension_name(view: str, name: str) -> str:
    if name.startswith(METADATA):
        return name
    return str(DIMENSIONS_OF[view].get(name, name))


def in_unit(value: float | None, unit: str) -> str:
    """As people write limits: 5 s and 5 %, where a measured figure is 5.00 s."""
    if value is None:
        return "–"
    if unit == SHARE:
        return f"{plain(value * 100)} %"
    if unit == "seconds" and 1 <= value < 60:
        return pgettext("duration", "%(n)s s") % {"n": plain(value)}
    return plain(value) if unit in ("", "score") else quantity(value, unit)


def plain(value: float) -> str:
    """Four figures at most, no exponent and no empty decimals."""
    if abs(value) >= 1000:
        return f"{round(value)}"
    return f"{float(f'{value:.4g}'):.12f}".rstrip("0").rstrip(".")


def value_of(definition: Definition, value: float | None) -> str:
    """What was measured, with its unit."""
    return in_unit(value, unit_of(definition.measured[0]) if definition.measured else "")


def judged_of(definition: Definition, value: float | None) -> str:
    """What is held against the limits, or a limit: per cent, σ, burn, or as it was measured."""
    if value is None:
        return "–"
    match definition.condition:
        case Change() | Budget() | BudgetState():
            return f"{plain(value)} %"
        case Anomaly() | Composite():
            return f"{plain(value)} σ"
        case BurnRate():
            return f"{plain(value)} ×"
    return value_of(definition, value)
