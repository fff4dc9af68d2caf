"""How figures of versions are written: `{% load prompt_figures %}`."""

import math
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from prompts.bounds import Interval, Sample
from prompts.figures.comparing import COUNT, DOLLARS, MILLISECONDS, SCORE, SHARE
from prompts.figures.statistics import PROPORTIONS, Share
from traces.templatetags.trace_figures import dollars, duration

register = template.Library()

MINUS = "−"


@register.filter
def written(value: float | None, unit: str) -> str:
    """In the unit, with as many digits as say something."""
    if value is None:
        return "–"
    if unit == MILLISECONDS:
        return duration(round(value * 1e6))
    if unit == DOLLARS:
        return of_a_call(value)
    if unit == SHARE:
        return f"{value * 100:.1f} %"
    if unit == COUNT:
        return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{value:.3f}"


def of_a_call(value: float) -> str:
    """Calls are cheap, and differ by less: two digits that say something, at least."""
    if value == 0 or abs(value) >= 0.01:
        return dollars(Decimal(repr(value)))
    return f"${value:.{1 - math.floor(math.log10(abs(value)))}f}"


@register.filter
def signed(value: float, unit: str) -> str:
    sign = MINUS if value < 0 else "+"
    size = written(abs(value), unit)
    if unit == SHARE:  # a difference of shares is no share
        size = _("%(n)s points") % {"n": size.removesuffix(" %")}
    return f"{sign}{size}" if value else size


@register.filter
def mean_of(one: Sample | Share | None) -> float | None:
    return one.mean if one else None


@register.filter
def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


@register.filter
def between(interval: Interval, unit: str) -> str:
    low = interval.low if unit == SCORE else max(interval.low, 0.0)  # nothing takes less than 0 s
    return f"{written(low, unit)} – {written(interval.high, unit)}"


@register.filter
def signed_between(interval: Interval, unit: str) -> str:
    low, high = signed(interval.low, unit), signed(interval.high, unit)
    if unit == SHARE:  # the unit once
        low = (MINUS if interval.low < 0 else "+") + f"{abs(interval.low) * 100:.1f}"
    return f"{low} … {high}"


@register.filter
def method_name(method: str) -> str:
    if method == PROPORTIONS:
        return _("z-test of two proportions, Newcombe’s interval")
    return _("Welch’s t-test")
