"""The rules whose figures a composite puts together: theirs are not told while it fires."""

from alerts.rules.conditions import Composite, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.models import Rule


def members_of(rule: Rule, wanted: Definition) -> tuple[str, ...]:
    """Ids of the project's other rules that look at what one of its signals looks at, or at a part
    of that; none where the rule is no composite.
    """
    if not isinstance(wanted.condition, Composite):
        return ()
    others = Rule.objects.filter(project=rule.project_id).exclude(pk=rule.pk)
    return tuple(other.pk for other in others if _is_member(other, wanted.measured))


def _is_member(other: Rule, signals: tuple[Measured, ...]) -> bool:
    try:
        told = other.wanted
    except WrongRule:
        return False
    if isinstance(told.condition, Composite):
        return False
    return any(_holds(signal, one) for signal in signals for one in told.measured)


def _holds(signal: Measured, one: Measured) -> bool:
    """A signal without a query is of everything that one with a query is of."""
    same = ("view", "bad_query", "scores") if one.bad_query else ("view", "measure", "scores")
    if any(getattr(signal, name) != getattr(one, name) for name in same):
        return False
    return bool(one.bad_query) == bool(signal.bad_query) and signal.query in ("", one.query)
