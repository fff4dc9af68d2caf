"""What was measured, applied to the states of a rule's segments. Within the transaction of the
evaluation, the rule locked.
"""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop

from alerts.incidents.identity import fingerprint, group_key
from alerts.incidents.recording import Alert, Change
from alerts.incidents.telling import Policy
from alerts.incidents.tiers import Step, Tier
from alerts.rules.catching_up import Missed
from alerts.rules.definition import Definition
from alerts.rules.judging import Seen
from alerts.rules.lifecycle import Phase
from alerts.rules.measuring import Found, Segment
from alerts.rules.members import members_of
from alerts.rules.models import Rule, SegmentState
from alerts.rules.points import Reading
from alerts.rules.stored import kind_of, written
from alerts.rules.walking import facts_of, walked

MOST_KEPT = 300  # segments of a rule; those that fire are kept before all others
PROBLEM = {"problem": "evaluation"}  # the labels of the incident that a rule cannot be evaluated
CANNOT = gettext_noop("The rule cannot be evaluated.")
STORED = (
    "labels", "phase", "tier", "since", "good_since", "unknown_since", "evaluated", "firings",
    "last_seen", "verdict", "facts",
)  # fmt: skip


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def segment_of(labels: dict[str, str], wanted: Definition) -> Segment:
    return tuple(labels.get(name, "") for name in wanted.labels)


def policy_of(rule: Rule, wanted: Definition) -> Policy:
    about = {
        "kind": kind_of(wanted),
        "note": rule.note,
        "runbook_url": rule.runbook_url,
        "measured": written(wanted)["measured"],
        "bucket": wanted.bucket,
        "by": list(wanted.labels),
        "definition": written(wanted),
    }
    return Policy(
        quiet=wanted.quiet,
        repeat_seconds=wanted.repeat_seconds,
        escalate_seconds=wanted.escalate_seconds,
        channels=wanted.channels,
        about=about,
    )


def applied(rule: Rule, wanted: Definition, missing: Missed, found: Found) -> list[Change]:
    """What changed for people, in the order of segments and time; the states are stored."""
    kept = {one.fingerprint: one for one in rule.segments.all()}
    changes: list[Change] = []
    rows: list[SegmentState] = []
    inhibits = tuple({**dict.fromkeys(wanted.inhibits), **dict.fromkeys(members_of(rule, wanted))})
    for segment, seen in sorted(found.seen.items()):
        alert = _alert(rule, wanted, dict(zip(wanted.labels, segment, strict=True)), inhibits)
        row = kept.get(alert.fingerprint) or SegmentState(
            rule=rule, fingerprint=alert.fingerprint, labels=alert.labels
        )
        changes += _moved(row, alert, wanted, seen, missing)
        rows.append(row)
    _store(rule, rows)
    return changes


def _alert(
    rule: Rule, wanted: Definition, labels: dict[str, str], inhibits: tuple[str, ...]
) -> Alert:
    return Alert(
        project=rule.project,
        rule_id=rule.pk,
        rule_name=rule.name,
        fingerprint=fingerprint(rule.pk, labels),
        group_key=group_key(rule.pk, labels, wanted.group_by),
        labels=labels,
        inhibits=inhibits,
    )


def _moved(
    row: SegmentState, alert: Alert, wanted: Definition, seen: Seen, missing: Missed
) -> list[Change]:
    changes, before = [], row.state
    for reading, state, transition in walked(wanted, seen, before, missing.since):
        if transition:
            began = state.since or before.since or reading.point.begin
            changes.append(
                Change(
                    alert=alert,
                    step=transition.step,
                    tier=transition.tier,
                    at=moment(transition.at),
                    began_at=moment(began),
                    facts=facts_of(reading),
                )
            )
        before = state
        row.take(state)
        _keep(row, reading)
    return changes


def _keep(row: SegmentState, reading: Reading) -> None:
    row.verdict, row.facts = str(reading.verdict), facts_of(reading)
    if reading.point.samples:
        row.last_seen = reading.end


def _store(rule: Rule, rows: list[SegmentState]) -> None:
    """Those that fire or are about to, then those that were seen last; the others are no more."""
    rows.sort(key=lambda one: (one.phase == Phase.INACTIVE, -one.last_seen))
    kept = rows[:MOST_KEPT]
    SegmentState.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=("rule", "fingerprint"),
        update_fields=STORED,
    )
    rule.segments.exclude(fingerprint__in=[one.fingerprint for one in kept]).delete()


def blindness(rule: Rule, now: datetime, *, is_over: bool) -> Change:
    """That the rule cannot be evaluated, as an alert of its own."""
    alert = Alert(
        project=rule.project,
        rule_id=rule.pk,
        rule_name=rule.name,
        fingerprint=fingerprint(rule.pk, PROBLEM),
        group_key=group_key(rule.pk, PROBLEM, PROBLEM),
        labels=PROBLEM,
    )
    facts: dict[str, Any] = {} if is_over else {"problem": CANNOT, "error": rule.last_error}
    return Change(
        alert=alert,
        step=Step.RESOLVED if is_over else Step.FIRED,
        tier=Tier.WARNING,
        at=now,
        began_at=rule.failing_since or now,
        facts=facts,
    )
