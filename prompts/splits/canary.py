"""Canaries: splits that widen by themselves while all is well, and go back when it is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.roles import Role
from prompts.changes import By, change
from prompts.gates import GateClosed, closing
from prompts.models import Way
from prompts.splits import buckets, guards, running
from prompts.splits.kinds import StepKind
from prompts.splits.models import Canary, SplitStep
from prompts.splits.steps import note
from traces.errors import Unavailable
from traces.queries.prompt_guards import Observed, observed


class Course(StrEnum):
    """What a canary is to do."""

    WAIT = "wait"
    WIDEN = "widen"
    FINISH = "finish"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Decision:
    """A course, with all that it was decided on."""

    course: Course
    findings: dict[str, Any]

    @property
    def tripped(self) -> list[str]:
        return [
            found["key"]
            for found in self.findings["guards"]
            if found["state"] == guards.State.TRIPPED
        ]


def due() -> Iterable[int]:
    """The canaries that run, the one that has waited longest first."""
    found = Canary.objects.filter(split__ended_at=None).order_by(
        F("checked_at").asc(nulls_first=True)
    )
    return list(found.values_list("pk", flat=True))


def check(canary_id: int, now: datetime | None = None) -> Course | None:
    """Look at a canary, and do what is to be done. Two at once do no harm: the second finds the
    step taken. None where it has ended or gone on meanwhile. Raises Unavailable.
    """
    canary = _loaded(canary_id)
    if canary is None:
        return None
    now = now or timezone.now()
    decision = decided(canary, now, figures_of(canary, now))
    if decision.course == Course.WAIT:
        _noted(canary, now, decision)
        return Course.WAIT
    try:
        with change(canary.split.prompt.project):
            fresh = _loaded(canary_id)
            if fresh is None or fresh.step != canary.step:
                return None
            _carried_out(fresh, now, decision)
    except GateClosed as closed:
        _held(canary, now, decision, closed)
        return Course.WAIT
    return decision.course


def _loaded(canary_id: int) -> Canary | None:
    found = Canary.objects.filter(pk=canary_id, split__ended_at=None)
    return found.select_related("split__prompt__project", "split__started_by").first()


def figures_of(canary: Canary, now: datetime) -> dict[int, Observed]:
    """Of the candidate and of the base, since the split began: one query."""
    split = canary.split
    return observed(
        split.prompt.project_id,
        split.prompt.name,
        {split.base, canary.candidate},
        since=_nanoseconds(split.started_at),
        until=_nanoseconds(now),
        recently=_nanoseconds(canary.step_at),
        score=canary.score,
    )


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000


def decided(canary: Canary, now: datetime, seen: dict[int, Observed]) -> Decision:
    """A guard that trips rolls back at once. To go on, a step must have lasted its time and brought
    its calls, and no guard may lack data.
    """
    ours, base = seen[canary.candidate], seen[canary.split.base]
    found = [guards.judged(key, limit, ours, base) for key, limit in canary.guards.items()]
    findings = {
        "guards": [one.kept() for one in found],
        "calls": ours.calls,
        "base_calls": base.calls,
        "calls_in_step": ours.recent,
        "step": canary.step,
    }
    if any(one.state == guards.State.TRIPPED for one in found):
        return Decision(Course.ROLL_BACK, findings)
    is_ripe = (
        now >= canary.step_at + timedelta(minutes=canary.least_minutes)
        and ours.recent >= canary.least_calls
        and all(one.state == guards.State.HOLDS for one in found)
    )
    if not is_ripe:
        return Decision(Course.WAIT, findings)
    is_last = canary.step == len(canary.steps) - 1
    return Decision(Course.FINISH if is_last else Course.WIDEN, findings)


def _carried_out(canary: Canary, now: datetime, decision: Decision) -> None:
    """Inside the change of the project."""
    split, by = canary.split, _in_whose_name(canary)
    versions = split.prompt.versions.select_related("prompt")
    if decision.course == Course.ROLL_BACK:
        reason = ", ".join(decision.tripped)
        running.end(
            split,
            StepKind.ROLLED_BACK,
            versions.get(number=split.base),
            by,
            reason=reason,
            findings=decision.findings,
        )
    elif decision.course == Course.FINISH:
        candidate = versions.get(number=canary.candidate)
        running.end(split, StepKind.FINISHED, candidate, by, findings=decision.findings)
    else:
        canary.step += 1
        canary.step_at = now
        share = canary.steps[canary.step]
        running.set_shares(split, {split.base: buckets.PERCENT - share, canary.candidate: share})
        note(split, StepKind.WIDENED, None, findings=decision.findings)
    canary.checked_at, canary.findings = now, decision.findings
    canary.save(update_fields=("step", "step_at", "checked_at", "findings"))


def _in_whose_name(canary: Canary) -> By:
    """Of whoever started it, with the role that they had: they were allowed to move the label."""
    split = canary.split
    role = Role(split.role) if split.role else None
    return By(Way.CANARY, split.started_by, role=role)


def _noted(canary: Canary, now: datetime, decision: Decision) -> None:
    found = Canary.objects.filter(pk=canary.pk, step=canary.step)
    found.update(checked_at=now, findings=decision.findings)


def _held(canary: Canary, now: datetime, decision: Decision, closed: GateClosed) -> None:
    """At the end the label's gate was closed: people decide. Told once, not every minute."""
    _noted(canary, now, decision)
    split, reason = canary.split, str(closed)
    last = SplitStep.objects.filter(split=split).first()
    if last is None or last.kind != StepKind.HELD or last.reason != reason:
        closing.recorded(split.prompt, closed.report, _in_whose_name(canary), is_move=True)
        note(split, StepKind.HELD, None, reason=reason, findings=decision.findings)


def unavailable(canary_id: int) -> None:
    """ClickHouse could not tell: the canary waits, and its page says so."""
    Canary.objects.filter(pk=canary_id).update(
        checked_at=timezone.now(), findings={"is_away": True, "guards": []}
    )


def watch(canary_id: int) -> None:
    """`check`, which may find ClickHouse away."""
    try:
        check(canary_id)
    except Unavailable:
        unavailable(canary_id)
