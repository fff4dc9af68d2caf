"""Judging what is judged elsewhere already: drift monitors and budgets. Pure."""

from alerts.incidents.tiers import Tier
from alerts.rules import beyond
from alerts.rules.conditions import BudgetState, Drift
from alerts.rules.points import Point, Reading, Side, Stand, Verdict


def stood(condition: Drift | BudgetState, point: Point, stand: Stand | None) -> Reading:
    if stand is None or stand.value is None:
        return Reading(point, Verdict.NO_DATA)
    if isinstance(condition, Drift):
        return _drifted(condition, point, stand)
    return _spent(condition, point, stand, stand.value)


def _drifted(condition: Drift, point: Point, stand: Stand) -> Reading:
    verdict, tier = (Verdict.BAD, condition.tier) if stand.is_bad else (Verdict.GOOD, None)
    return Reading(
        point, verdict, stand.value, tier=tier, limit=stand.limit, evidence=stand.evidence
    )


def _spent(condition: BudgetState, point: Point, stand: Stand, percent: float) -> Reading:
    """Heading over is of no higher tier than what was spent already."""
    verdict, tier, limit = beyond.judged(percent, percent, condition.limits, Side.ABOVE, None)
    projected = condition.projected if stand.is_bad else None
    if projected and (tier is None or tier.rank < projected.rank):
        verdict, tier = Verdict.BAD, Tier(projected)
    return Reading(point, verdict, percent, tier=tier, limit=limit, evidence=stand.evidence)
