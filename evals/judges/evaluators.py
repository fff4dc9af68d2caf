"""Making and changing evaluators. Whoever calls has asked who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from accounts.models import Project, User
from evals.judges import reasons
from evals.judges.models import (
    Evaluator,
    EvaluatorVersion,
    Execution,
    Rule,
    Spending,
    State,
    Status,
    Target,
)
from llm.models import LlmConnection

MOST_EVALUATORS = 100  # of one project
HOPELESS_IN_ROW = 3  # then the evaluator is paused
NS = 1_000_000_000

log = structlog.get_logger(__name__)


class TooMany(Exception):
    """The project has as many evaluators as it may have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version is to be, checked."""

    messages: Sequence[Mapping[str, str]]
    mapping: Mapping[str, Mapping[str, Any]]
    output: Mapping[str, Any]
    connection: LlmConnection | None
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    timeout_seconds: int = 60
    most_attempts: int = 3
    template: str = ""
    note: str = ""
    better: str = ""  # a scores.models.Better; empty: as the template has it

    def version(self, evaluator: Evaluator, number: int, author: User | None) -> EvaluatorVersion:
        """As it would be kept; not saved."""
        return EvaluatorVersion(
            evaluator=evaluator,
            number=number,
            author=author,
            messages=[dict(one) for one in self.messages],
            mapping={name: dict(place) for name, place in self.mapping.items()},
            output=dict(self.output),
            connection=self.connection,
            model=self.model,
            parameters=dict(self.parameters),
            timeout_seconds=self.timeout_seconds,
            most_attempts=self.most_attempts,
            template=self.template,
            note=self.note,
            better=self.better,
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What a rule is to be, checked."""

    target: str = str(Target.TRACE)
    query: str = ""
    sampling: float = 1.0
    delay_seconds: int = 60
    daily_budget: Decimal | None = None


def create(
    project: Project, name: str, draft: Draft, *, description: str = "", user: User | None = None
) -> Evaluator:
    """An evaluator that is off, with its first version. Raises TooMany, and IntegrityError where
    the name is taken.
    """
    if project.evaluators.count() >= MOST_EVALUATORS:
        raise TooMany
    with transaction.atomic():
        evaluator = Evaluator.objects.create(
            project=project, name=name, description=description, created_by=user
        )
        Rule.objects.create(evaluator=evaluator, watermark=now_ns())
        draft.version(evaluator, 1, user).save()
    _note("evaluator_made", evaluator, user)
    return evaluator


def add_version(evaluator: Evaluator, draft: Draft, user: User | None = None) -> EvaluatorVersion:
    """The version that new traces are judged by from now on."""
    with transaction.atomic():
        Evaluator.objects.select_for_update().get(pk=evaluator.pk)
        last = evaluator.versions.aggregate(last=Max("number"))["last"] or 0
        version = draft.version(evaluator, last + 1, user)
        version.save()
        Evaluator.objects.filter(pk=evaluator.pk).update(changed_at=timezone.now())
    _note("evaluator_version_made", evaluator, user, version=version.number)
    return version


def current(evaluator: Evaluator) -> EvaluatorVersion | None:
    return evaluator.versions.select_related("connection").order_by("-number").first()


def change_rule(evaluator: Evaluator, wish: Wish, user: User | None = None) -> None:
    """A budget that was raised counts at once."""
    Rule.objects.filter(evaluator=evaluator).update(
        target=wish.target,
        query=wish.query,
        sampling=wish.sampling,
        delay_seconds=wish.delay_seconds,
        daily_budget=wish.daily_budget,
    )
    Evaluator.objects.filter(pk=evaluator.pk).update(held_until=None, changed_at=timezone.now())
    _note("evaluator_rule_changed", evaluator, user, query=wish.query, sampling=wish.sampling)


def turn_on(evaluator: Evaluator, user: User | None = None) -> str:
    """From off: from now on. From a pause: back to what it was, on from where it stopped, so that
    nothing is left out. Returns the state that it is in.
    """
    with transaction.atomic():
        held = Evaluator.objects.select_for_update().get(pk=evaluator.pk)
        was_off = held.state == State.PAUSED and held.paused_from == State.OFF
        state = str(State.OFF if was_off else State.ACTIVE)
        if held.state == State.OFF:
            Rule.objects.filter(evaluator=held).update(watermark=now_ns())
        _set_state(held, state)
    _note("evaluator_turned_on", evaluator, user, state=state)
    return state


def turn_off(evaluator: Evaluator, user: User | None = None) -> None:
    """It takes no new traces; what waits already is still judged."""
    _set_state(evaluator, str(State.OFF))
    _note("evaluator_turned_off", evaluator, user)


def pause(evaluator: Evaluator, reason: str, said: str = "", user: User | None = None) -> None:
    """Nothing of it runs until somebody resumes it."""
    running = Evaluator.objects.filter(pk=evaluator.pk).exclude(state=State.PAUSED)
    running.update(paused_from=F("state"))
    _set_state(evaluator, str(State.PAUSED), reason, said)
    _note("evaluator_paused", evaluator, user, reason=reason)


def _set_state(evaluator: Evaluator, state: str, reason: str = "", said: str = "") -> None:
    Evaluator.objects.filter(pk=evaluator.pk).update(
        state=state,
        reason=reason,
        reason_said=said[:2_000],
        failures_in_row=0,
        held_until=None,
        changed_at=timezone.now(),
    )


def delete(evaluator: Evaluator, user: User | None = None) -> None:
    """With its versions and executions. The scores it gave stay."""
    _note("evaluator_deleted", evaluator, user)
    evaluator.delete()


def retry(executions: "QuerySet[Execution]") -> int:
    """Those that failed wait again, with all their attempts. Returns how many."""
    failed = executions.filter(status=Status.FAILED)
    return failed.update(
        status=Status.WAITING,
        due_at=timezone.now(),
        attempts=0,
        taken=0,
        finished_at=None,
        holder="",
    )


def note_hopeless(evaluator: Evaluator, reason: str, said: str) -> bool:
    """A failure that stays until somebody changes something; after some in a row the evaluator is
    paused. True where it now is.
    """
    Evaluator.objects.filter(pk=evaluator.pk).update(failures_in_row=F("failures_in_row") + 1)
    evaluator.refresh_from_db(fields=("failures_in_row", "state"))
    if evaluator.failures_in_row < HOPELESS_IN_ROW or evaluator.state == State.PAUSED:
        return evaluator.state == State.PAUSED
    pause(evaluator, reason, said)
    return True


def note_answered(evaluator: Evaluator) -> None:
    """The provider takes what this evaluator asks."""
    Evaluator.objects.filter(pk=evaluator.pk, failures_in_row__gt=0).update(failures_in_row=0)


def spend(evaluator: Evaluator, cost: Decimal | None, now: datetime) -> None:
    """Note a call's cost, and stop for today, or for good, where the rule says so."""
    rule = Rule.objects.filter(evaluator=evaluator).first()
    if rule is None:  # deleted while it was asking
        return
    day = now.date()
    Spending.objects.get_or_create(evaluator=evaluator, day=day)
    Spending.objects.filter(evaluator=evaluator, day=day).update(
        calls=F("calls") + 1,
        cost=F("cost") + (cost or 0),
        unpriced=F("unpriced") + int(cost is None),
    )
    if rule.daily_budget is None:
        return
    if cost is None:
        pause(evaluator, reasons.COST_UNKNOWN)
    elif spent_on(evaluator, day) >= rule.daily_budget:
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=now.tzinfo)
        Evaluator.objects.filter(pk=evaluator.pk).update(held_until=midnight)
        log.info("evaluator_budget_spent", evaluator=evaluator.pk, until=str(midnight))


def spent_on(evaluator: Evaluator, day: Any) -> Decimal:
    found = Spending.objects.filter(evaluator=evaluator, day=day).first()
    return found.cost if found else Decimal(0)


def reason_shown(evaluator: Evaluator) -> str:
    """Why it does not run, if it does not."""
    if evaluator.state == State.PAUSED:
        return reasons.words_of(evaluator.reason or reasons.BY_HAND)
    return reasons.words_of(reasons.BUDGET) if evaluator.is_held else ""


def now_ns() -> int:
    return int(timezone.now().timestamp() * NS)


def _note(what: str, evaluator: Evaluator, user: User | None, **more: Any) -> None:
    """Who changed what, for whoever asks later."""
    log.info(
        what,
        evaluator=evaluator.pk,
        project=evaluator.project_id,
        user=user.pk if user else None,
        **more,
    )
