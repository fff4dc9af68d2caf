"""Canaries: splits that widen by themselves while all is well, and go back when it is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone

from accounts.roles import Role
from prompts import labels
from prompts.changes import Busy, By, change
from prompts.composition import InvalidComposition
from prompts.gates import GateClosed, closing
from prompts.including import StillIncluded
from prompts.labels import Protected
from prompts.models import Prompt, Way
from prompts.splits import buckets, guards, running
from prompts.splits.kinds import StepKind
from prompts.splits.models import Canary, SplitStep
from prompts.splits.steps import note
from traces.errors import Unavailable
from traces.queries.prompt_guards import Observed, observed

log = structlog.get_logger(__name__)

# What may stand in the label's way at the end.
HOLDING = (GateClosed, Protected, InvalidComposition, StillIncluded)


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
    except HOLDING as error:
        _held(canary, now, decision, error)
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
    before = {one["key"]: one for one in canary.findings.get("guards", ())}
    found = guards.judged(canary.guards, ours, base, before)
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


def _held(canary: Canary, now: datetime, decision: Decision, error: Exception) -> None:
    """At the end the label may not move: people decide. Told once, and again only where something
    else is in the way: figures of a closed gate change every minute.
    """
    _noted(canary, now, decision)
    split = canary.split
    report = error.report if isinstance(error, GateClosed) else None
    held_by: dict[str, Any] = {"error": str(error)}
    if report:
        held_by = {"checks": sorted(one.key for one in report.closed)}
    last = SplitStep.objects.filter(split=split, kind=StepKind.HELD).first()
    if last is not None and last.findings.get("held_by") == held_by:
        return
    if report:
        closing.recorded(split.prompt, report, _in_whose_name(canary), is_move=True)
    findings = {**decision.findings, "held_by": held_by}
    note(split, StepKind.HELD, None, reason=str(error), findings=findings)


def unavailable(canary_id: int) -> None:
    """ClickHouse could not tell: the canary waits, and its page says so."""
    for canary in Canary.objects.filter(pk=canary_id):
        canary.checked_at = timezone.now()
        canary.findings = {"guards": []} | canary.findings | {"is_away": True}
        canary.save(update_fields=("checked_at", "findings"))


def watch(canary_id: int) -> None:
    """`check`, which may find ClickHouse away, or the prompts held by somebody else: then it looks
    again in a minute.
    """
    try:
        check(canary_id)
    except Unavailable:
        unavailable(canary_id)
    except Busy:
        log.info("canary_waits_for_the_lock", split=canary_id)


def roll_back(prompt: Prompt, label: str, by: By, *, reason: str, findings: dict[str, Any]) -> bool:
    """Everybody gets the base again from now on, because of something that no guard looks at. True
    also where that was done before for the same findings; False where no canary runs there. Raises
    Protected, GateClosed, Busy.
    """
    with closing.refusals_kept(prompt.project, prompt.name, by), change(prompt.project):
        labels.refuse_unless_allowed(prompt, label, by)
        found = Canary.objects.filter(split__prompt=prompt, split__label=label)
        canary = found.filter(split__ended_at=None).select_related("split").first()
        if canary is None:
            before = SplitStep.objects.filter(
                split__in=found.values("split"), kind=StepKind.ROLLED_BACK, findings=findings
            )
            return before.exists()
        split = canary.split
        split.prompt = prompt
        base = prompt.versions.select_related("prompt").get(number=split.base)
        running.end(split, StepKind.ROLLED_BACK, base, by, reason=reason, findings=findings)
    return True
