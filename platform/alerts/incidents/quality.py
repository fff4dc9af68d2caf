"""How good a project's alerts are: how often they fired, were acknowledged and judged, and which
limit would have told only what was real.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Avg, Count, F, Max, Q

from alerts.incidents.models import Incident

MOST_RULES = 200
LEAST_JUDGED = 4  # of each verdict, before a limit is proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuality:
    """Of one rule. Times are means, of those that were acknowledged, or are over; None without."""

    rule_id: str
    rule_name: str
    fired: int
    told: int
    acknowledged: int
    real: int
    false: int
    until_acknowledged: timedelta | None
    until_over: timedelta | None

    @property
    def false_share(self) -> float | None:
        """Of those that people judged."""
        judged = self.real + self.false
        return self.false / judged if judged else None


def qualities(project_id: str, since: datetime) -> list[RuleQuality]:
    """The rules whose alerts fired since then, the noisiest first."""
    found = (
        Incident.objects.filter(project=project_id, fired_at__gte=since)
        .values("rule_id")
        .annotate(
            rule_name=Max("rule_name"),
            fired=Count("pk"),
            told=Count("pk", filter=~Q(told_tier="")),
            acknowledged=Count("pk", filter=Q(acknowledged_at__isnull=False)),
            real=Count("pk", filter=Q(was_real=True)),
            false=Count("pk", filter=Q(was_real=False)),
            until_acknowledged=Avg(F("acknowledged_at") - F("fired_at")),
            until_over=Avg(F("resolved_at") - F("fired_at")),
        )
        .order_by("-fired", "rule_id")
    )
    return [RuleQuality(**row) for row in found[:MOST_RULES]]


def proposed_limit(
    real: Sequence[float], false: Sequence[float], *, is_above: bool
) -> float | None:
    """Half-way between two values that people judged, where fewest of them come to lie on the wrong
    side; of several, the one that misses least of what was real. Pure. None with too few verdicts.
    """
    if min(len(real), len(false)) < LEAST_JUDGED:
        return None
    sign = 1 if is_above else -1
    bad, good = sorted(sign * one for one in real), [sign * one for one in false]
    values = sorted({*bad, *good})
    between = [(low + high) / 2 for low, high in pairwise(values)]
    if not between:
        return None

    def wrong(limit: float) -> tuple[int, float]:
        missed = sum(one <= limit for one in bad)
        return missed + sum(one > limit for one in good), limit

    return sign * min(between, key=wrong)
