"""Evaluating a rule: what it missed is read in one go, and what that changed is written in one
transaction with its incidents and notices. Killed anywhere, nothing was written or all of it; done
twice, the second time finds nothing to do.
"""

from datetime import datetime, timedelta

import structlog
from django.db import DataError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from alerts.incidents import recording, telling
from alerts.incidents.models import Incident
from alerts.rules.applying import applied, blindness, moment, policy_of, segment_of
from alerts.rules.baseline import Times
from alerts.rules.catching_up import Missed, missed
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.measuring import Found, Segment, measured
from alerts.rules.models import MAX_ERROR, Rule
from traces.errors import Refused, Unavailable
from traces.queries.metrics import Unanswerable

AGAIN = timedelta(seconds=60)  # after which a rule that could not be evaluated is tried again
TOLD_AFTER = timedelta(minutes=15)  # that it cannot be evaluated
MOST_DUE = 500
MOST_INCIDENTS = 1000  # that are left out of what is usual
UNJUDGED = gettext_noop("What was measured cannot be judged: the log of the worker says why.")

log = structlog.get_logger(__name__)


def due(now: datetime | None = None) -> list[str]:
    """The rules whose next bucket is over, the one that has waited longest first."""
    found = Rule.objects.filter(is_on=True, next_at__lte=now or timezone.now())
    return list(found.order_by("next_at", "pk").values_list("pk", flat=True)[:MOST_DUE])


def evaluate(rule_id: str, now: datetime | None = None) -> bool:
    """Whether anything was evaluated. What stands in its way is written on the rule; where the rule
    itself is at fault, it becomes an incident in the end.
    """
    now = now or timezone.now()
    rule = Rule.objects.select_related("project").filter(pk=rule_id, is_on=True).first()
    if rule is None:
        return False
    try:
        wanted = rule.wanted
        seconds, until = int(now.timestamp()), rule.evaluated_until
        missing = missed(until, seconds, width=wanted.width, lag=wanted.lag_seconds)
        if missing is None:
            _wait(rule, wanted, now)
            return False
        found = _measured(rule, wanted, missing)
    except Unavailable as error:
        _note_failure(rule, str(error), now, is_its_fault=False)
        return False
    except (WrongRule, Unanswerable, Refused) as error:
        _note_failure(rule, str(error), now, is_its_fault=True)
        return False
    try:
        return _written(rule, wanted, missing, found, now)
    except (ArithmeticError, ValueError, DataError):  # whatever came in stops no rule in silence
        log.exception("alert_rule_not_judged", rule=rule.pk, project=rule.project_id)
        _note_failure(rule, UNJUDGED, now, is_its_fault=True)
        return False


def _written(rule: Rule, wanted: Definition, missing: Missed, found: Found, now: datetime) -> bool:
    """False where somebody was quicker, or changed the rule meanwhile."""
    with transaction.atomic():
        if not _is_still_so(rule):
            return False
        changes = applied(rule, wanted, missing, found)
        if rule.failing_since:
            changes.append(blindness(rule, now, is_over=True))
        incidents = recording.record(changes)
        rule.evaluated_until, rule.evaluated_at = missing.until, now
        rule.unseen_segments, rule.last_error, rule.failing_since = found.unseen, "", None
        rule.next_at = _next(wanted, now)
        if missing.passed_over:
            rule.passed_over_at = now
        rule.save(
            update_fields=(
                "evaluated_until",
                "evaluated_at",
                "unseen_segments",
                "last_error",
                "failing_since",
                "next_at",
                "passed_over_at",
            )
        )
        telling.tell(rule.project, rule.pk, policy_of(rule, wanted), changed=incidents, now=now)
    return True


def _is_still_so(rule: Rule) -> bool:
    """Nobody else evaluates or changes it until the transaction ends."""
    told = Rule.objects.select_for_update().filter(pk=rule.pk, is_on=True)
    locked = told.values_list("version", "evaluated_until").first()
    return locked == (rule.version, rule.evaluated_until)


def _wait(rule: Rule, wanted: Definition, now: datetime) -> None:
    Rule.objects.filter(pk=rule.pk, version=rule.version).update(next_at=_next(wanted, now))


def _next(wanted: Definition, now: datetime) -> datetime:
    """When the next bucket is over, and late spans have come."""
    last = (int(now.timestamp()) - wanted.lag_seconds) // wanted.width * wanted.width
    return moment(last + wanted.width + wanted.lag_seconds)


def _measured(rule: Rule, wanted: Definition, missing: Missed) -> Found:
    labels = rule.segments.values_list("labels", flat=True)
    return measured(
        rule.project_id,
        wanted,
        missing.since,
        missing.until,
        known={segment_of(one, wanted) for one in labels},
        without=_incidents(rule, wanted, missing),
    )


def _incidents(rule: Rule, wanted: Definition, missing: Missed) -> dict[Segment, Times]:
    """When each segment's alerts were open and real: no part of what is usual."""
    since = moment(max(missing.since - wanted.looks_back_seconds, 0))
    over = Incident.objects.filter(rule_id=rule.pk, resolved_at__gt=since).exclude(was_real=False)
    found: dict[Segment, list[tuple[int, int]]] = {}
    told = over.values_list("began_at", "resolved_at", "labels")[:MOST_INCIDENTS]
    for began, ended, labels in told:
        span = (int(began.timestamp()), int(ended.timestamp()))
        found.setdefault(segment_of(labels, wanted), []).append(span)
    return {segment: tuple(spans) for segment, spans in found.items()}


def _note_failure(rule: Rule, error: str, now: datetime, *, is_its_fault: bool) -> None:
    """It is tried again in a minute, and catches up then."""
    with transaction.atomic():
        if not _is_still_so(rule):
            return
        rule.failing_since = rule.failing_since or now
        rule.last_error, rule.next_at = error[:MAX_ERROR], now + AGAIN
        rule.save(update_fields=("failing_since", "last_error", "next_at"))
        if is_its_fault and now - rule.failing_since >= TOLD_AFTER:
            incidents = recording.record([blindness(rule, now, is_over=False)])
            telling.tell(rule.project, rule.pk, _policy(rule), changed=incidents, now=now)


def _policy(rule: Rule) -> telling.Policy:
    """Of a rule that cannot be read nothing is known: all of the project are told."""
    try:
        return policy_of(rule, rule.wanted)
    except WrongRule:
        return telling.Policy()
