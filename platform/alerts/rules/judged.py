"""What people said of a rule's alerts, against when it would have fired with other limits."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from alerts.incidents.models import Incident
from alerts.rules.applying import moment, segment_of
from alerts.rules.backtesting import Backtest, Firing
from alerts.rules.definition import Definition
from alerts.rules.models import Rule

MOST_INCIDENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Of the alerts that people judged: how many were real and false, and how many of these it
    would have told.
    """

    real: int
    real_told: int
    false: int
    false_told: int


def hint_of(rule: Rule, definition: Definition, found: Backtest) -> Hint | None:
    """None where nobody judged any. An alert is told where a firing of its segment meets it."""
    judged = Incident.objects.filter(
        rule_id=rule.pk, fired_at__gte=moment(found.since), was_real__isnull=False
    )
    real: list[bool] = []
    false: list[bool] = []
    for one in judged.order_by("-fired_at", "pk")[:MOST_INCIDENTS]:
        segment = segment_of(one.labels, definition)
        begin = one.began_at.timestamp()
        end = (one.resolved_at or timezone.now()).timestamp()
        is_told = _meets((fired for fired in found.firings if fired.segment == segment), begin, end)
        (real if one.was_real else false).append(is_told)
    if not real and not false:
        return None
    return Hint(real=len(real), real_told=sum(real), false=len(false), false_told=sum(false))


def _meets(firings: Iterable[Firing], begin: float, end: float) -> bool:
    return any(one.began <= end and (one.resolved or end) >= begin for one in firings)
