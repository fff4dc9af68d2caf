"""How prices are written: `{% load pricing %}`."""

from decimal import Decimal

from django import template

from pricing.rates import plain

register = template.Library()


@register.filter
def per_million(dollars: Decimal) -> str:
    """Exactly as it is, in dollars per million tokens."""
    return f"${plain(dollars)}"
