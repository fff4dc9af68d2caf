"""How what a rule measures went, with its limit or band at each moment: for the charts of incidents
and messages. Judged again from what is stored, as a back-test would; nothing is written.
"""

from collections.abc import Mapping

from alerts.incidents.course import MOST_BUCKETS, Bucket, Course
from alerts.rules.applying import segment_of
from alerts.rules.conditions import (
    Budget,
    BudgetState,
    BurnRate,
    Change,
    Composite,
    Condition,
    Drift,
    NoData,
    WrongRule,
)
from alerts.rules.definition import Definition
from alerts.rules.lifecycle import State
from alerts.rules.measuring import measured
from alerts.rules.models import Rule
from alerts.rules.points import Reading, Side, Verdict
from alerts.rules.saying import subject
from alerts.rules.stored import kind_of
from alerts.rules.walking import walked
from alerts.rules.words import KINDS, unit_of
from traces.errors import Refused
from traces.queries.metrics import Unanswerable

PERCENT, TIMES, SIGMA = "percent", "times", "sigma"


def course(
    project_id: str, rule_id: str, labels: Mapping[str, str], since: int, until: int
) -> Course | None:
    """alerts.incidents.course.Read."""
    rule = Rule.objects.filter(pk=rule_id, project=project_id).first()
    try:
        wanted = rule.wanted if rule else None
        if wanted is None or set(labels) != set(wanted.labels):
            return None
        buckets = _buckets(project_id, wanted, dict(labels), since, until)
    except (WrongRule, Unanswerable, Refused):
        return None  # the rule's own page says why
    name = subject(wanted.measured[0]) if wanted.measured else str(KINDS[kind_of(wanted)])
    return Course(name=name, unit=unit(wanted), buckets=buckets)


def unit(definition: Definition) -> str:
    """What `drawn` counts in."""
    match definition.condition:
        case Budget() | BudgetState():
            return PERCENT
        case BurnRate():
            return TIMES
        case Composite():
            return SIGMA
        case NoData():
            return "count"
        case Drift():
            return "score"
    return unit_of(definition.measured[0])


def _buckets(
    project_id: str, wanted: Definition, labels: dict[str, str], since: int, until: int
) -> tuple[Bucket, ...]:
    width = wanted.width
    until = -(-until // width) * width
    since = max(since // width * width, until - MOST_BUCKETS * width)
    segment = segment_of(labels, wanted)
    seen = measured(project_id, wanted, since, until, known={segment}).seen[segment]
    readings = [reading for reading, _state, _change in walked(wanted, seen, State(), since)]
    return tuple(drawn(wanted.condition, reading) for reading in readings)


def drawn(condition: Condition, reading: Reading) -> Bucket:
    """In what was measured, also of a change: its limit in per cent becomes the value at which the
    change would be as great.
    """
    value, limit, low, high = reading.value, reading.limit, reading.low, reading.high
    if isinstance(condition, Change):
        told = reading.evidence or {}
        value, before = told.get("now"), told.get("before")
        limit, low, high = _of_change(condition, before, limit)
    return Bucket(
        begin=reading.point.begin,
        end=reading.point.end,
        value=value,
        samples=reading.point.samples,
        limit=limit,
        low=low,
        high=high,
        is_bad=reading.verdict == Verdict.BAD,
    )


def _of_change(
    condition: Change, before: float | None, percent: float | None
) -> tuple[float | None, float | None, float | None]:
    """The limit, or the two ends of what is no change."""
    if before is None or percent is None:
        return None, None, None
    away = abs(before) * percent / 100
    if condition.side == Side.EITHER:
        return None, before - abs(away), before + abs(away)
    return before + away, None, None
