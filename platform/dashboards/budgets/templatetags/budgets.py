"""How budgets are written and drawn: `{% load budgets %}`."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from dashboards.budgets.forecast import CONFIDENCE, LEAST_DAYS
from dashboards.budgets.models import Budget, BudgetChange, Dimension
from dashboards.budgets.state import BudgetState

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """Of a share: 73 %, 0.4 %."""
    if share is None:
        return "–"
    whole = share * 100
    return f"{whole:.0f} %" if abs(whole) >= 10 or whole == 0 else f"{whole:.1f} %"


@register.filter
def times(rate: float | None) -> str:
    """A burn rate: 1.4 ×."""
    return "–" if rate is None else f"{rate:.2g} ×" if rate < 10 else f"{rate:.0f} ×"


@register.filter
def money(amount: Decimal | float | None) -> str:
    """Whole dollars from a hundred on, cents below, four decimals below a dollar."""
    if amount is None:
        return "–"
    amount = float(amount)
    if not amount:
        return "$0"
    if abs(amount) >= 100:
        return f"${amount:,.0f}"
    return f"${amount:,.2f}" if abs(amount) >= 1 else f"${amount:.4f}"


@register.inclusion_tag("dashboards/budgets/_meter.html")
def meter(state: BudgetState) -> dict:
    """A bar: what is spent, what is expected besides, and where the amount is."""
    expected = state.projection.end.expected if state.projection else 0.0
    whole = max(float(state.amount), float(state.spent), expected)
    spent = 100 * float(state.spent) / whole
    return {
        "spent": f"{spent:.2f}",
        "more": f"{max(100 * expected / whole - spent, 0):.2f}",
        "limit": f"{100 * float(state.amount) / whole:.2f}",
        "tone": "fill-bad" if state.is_exceeded else "fill-accent",
        "is_over": whole > float(state.amount),
        "words": f"{percent(state.share)}",
    }


@register.filter
def change_words(change: BudgetChange) -> str:
    """What somebody did to the budget."""
    if change.before is None:
        return _("made it")
    changed = {name for name, value in change.after.items() if change.before.get(name) != value}
    if "is_archived" in changed:
        return _("archived it") if change.after["is_archived"] else _("restored it")
    if "amount" in changed:
        words = _("changed the amount from $%(before)s to $%(after)s")
        return words % {"before": change.before["amount"], "after": change.after["amount"]}
    return _("changed: %(names)s") % {"names": ", ".join(sorted(changed))}


@register.inclusion_tag("dashboards/budgets/_scope.html")
def scope_of(budget: Budget) -> dict:
    return {"budget": budget, "is_project": budget.dimension == Dimension.PROJECT}


@register.simple_tag
def confidence() -> int:
    """The probability of the intervals, in percent."""
    return round(CONFIDENCE * 100)


@register.simple_tag
def least_days() -> int:
    return LEAST_DAYS


@register.filter
def signed_money(amount: float) -> str:
    """+$12.00, −$3.10, $0."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return f"{sign}{money(abs(amount))}"


@register.filter
def whole(number: float | None) -> str:
    """Tokens and calls, without fractions."""
    return "–" if number is None else f"{number:,.0f}"
