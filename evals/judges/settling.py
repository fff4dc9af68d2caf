"""The two ends of an execution: what is sent, and what is made of what came back.

The verdict is written down before the score is. A worker that dies in between leaves it to the
next, which asks nobody again; the score's id is made of version and target, so there is one.
"""

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone, translation

from evals.judges import evaluators, queue, reasons, targets
from evals.judges.judging import NOTHING_THERE, Call, Failed, Verdict, request_of
from evals.judges.mapping import NothingThere
from evals.judges.models import Execution, Pace, Status
from evals.judges.orders import NothingToTurn
from evals.judges.records import score_of, span_of
from ingest import pipeline
from llm.chat import Kind, Request
from prompts.kept import NO_TEXT
from traces.errors import LimitReached, Unavailable
from traces.queries.trace import locate

SCORES = uuid.UUID("0f6d9a52-5f0e-5c1c-9a43-7d1f9f2f3c11")
STORE_WAIT = timedelta(seconds=15)
RETRY_SECONDS, LONGEST_RETRY = 5.0, 900.0
MAX_KEPT = 50_000  # characters of an answer
MAX_SAID = 2_000

log = structlog.get_logger(__name__)


def begin(execution: Execution) -> Request | None:
    """What to ask the model; None where it is settled already, or has to wait."""
    if execution.taken > queue.MOST_TAKEN:
        _failed(execution, reasons.BROKEN, "")
        return None
    try:
        if execution.has_verdict:
            _store_score(execution)
            return None
        found = targets.found(execution.project_id, execution.trace_id, execution.observation_id)
    except LimitReached:  # it would be as large the next time
        _failed(execution, reasons.TOO_MUCH, "")
        return None
    except Unavailable:
        queue.put_back(execution, timezone.now() + STORE_WAIT)
        return None
    if found is None:
        end_gone(execution)
        return None
    execution.environment = NO_TEXT.sub("�", found.environment)
    execution.output_length = found.output_length
    return _question(execution, found)


def _question(execution: Execution, found: targets.Found) -> Request | None:
    fields = targets.with_item(found.fields, execution.item)
    with translation.override("en"):
        try:
            return request_of(execution.version, fields, execution.order)
        except NothingThere as error:
            _failed(execution, NOTHING_THERE, str(error), environment=execution.environment)
        except NothingToTurn:
            _failed(execution, reasons.NO_ORDER, "", environment=execution.environment)
    return None


def is_gone(execution: Execution) -> bool:
    """Whether there is no such trace any more, and no verdict yet. False while nobody can tell."""
    if execution.has_verdict:
        return False
    try:
        return locate(execution.project_id, execution.trace_id) is None
    except (LimitReached, Unavailable):
        return False


def end_gone(execution: Execution) -> None:
    _failed(execution, reasons.GONE, "")


def broke(execution: Execution, error: Exception) -> None:
    """Sonde's own fault, which the others of the turn do not suffer for. Whoever retries it has it
    go on where it stood.
    """
    log.error("judging_broke", execution=execution.pk, exc_info=error)
    _failed(execution, reasons.FAULT, type(error).__name__)


def settle(pace: Pace, execution: Execution, result: Verdict | Failed) -> None:
    """Make of the answer what the policy says."""
    if isinstance(result, Verdict):
        queue.went_well(pace)
        _keep_verdict(execution, result)
        return
    if result.kind in reasons.SLOWING:
        until = queue.slow_down(pace, result.retry_after)
        queue.put_back(execution, until, error=result.kind, said=result.said[:MAX_SAID])
    elif result.kind == Kind.STOPPED:
        queue.put_back(execution, timezone.now())
    elif result.kind in reasons.HOPELESS:
        _hopeless(execution, result)
    else:
        _tried_in_vain(pace, execution, result)


def _keep_verdict(execution: Execution, verdict: Verdict) -> None:
    evaluator = execution.version.evaluator
    score = verdict.score
    with transaction.atomic():
        kept = _note_call(
            execution,
            verdict.call,
            value=score.value,
            string_value=score.string_value,
            reasoning=score.reasoning,
            items=[{"item": item, "holds": holds} for item, holds in score.items],
            error="",
            said="",
        )
        evaluators.spend(evaluator, verdict.call.cost, timezone.now())
    evaluators.note_answered(evaluator)
    if kept:
        _store_score(execution, verdict.call)


def _store_score(execution: Execution, call: Call | None = None) -> None:
    """Into the store, with the judgement's own trace, which a verdict that was only found again has
    had already or does without.
    """
    now = timezone.now()
    items: list[Any] = [span_of(execution, call)] if call else []
    if execution.repeat == 0:
        execution.score_id = score_id_of(execution)
        items.append(score_of(execution, now))
    try:
        pipeline.accept(execution.project_id, items)
    except pipeline.Overloaded:
        queue.put_back(execution, now + STORE_WAIT)
        return
    queue.mine(execution).update(
        status=Status.DONE, finished_at=now, held_until=None, score_id=execution.score_id
    )


def score_id_of(execution: Execution) -> str:
    """The same for the same version and target, however often it is written."""
    return str(uuid.uuid5(SCORES, f"{execution.version_id}:{execution.target_key}"))


def _hopeless(execution: Execution, result: Failed) -> None:
    """It is no fault of this execution: it waits until the evaluator can go on."""
    evaluator = execution.version.evaluator
    evaluators.note_hopeless(evaluator, result.kind, result.said)
    until = timezone.now() + timedelta(seconds=RETRY_SECONDS)
    queue.put_back(execution, until, error=result.kind, said=result.said[:MAX_SAID])


def _tried_in_vain(pace: Pace, execution: Execution, result: Failed) -> None:
    attempts, now = execution.attempts + 1, timezone.now()
    if result.kind in reasons.STRAINED:
        queue.slow_down(pace)
    is_last = attempts >= execution.version.most_attempts or result.kind in reasons.FINAL
    fields = {"error": result.kind, "said": result.said[:MAX_SAID], "attempts": attempts}
    if result.call:
        evaluator = execution.version.evaluator
        is_ours = _note_call(execution, result.call, **fields)
        if result.call.answer or result.call.usage:
            evaluators.spend(evaluator, result.call.cost, now)
        if is_ours:
            _store_trace(execution, result)
    if is_last:
        _failed(execution, result.kind, result.said, attempts=attempts)
    else:
        queue.put_back(execution, next_try(attempts, now), **fields)


def next_try(attempts: int, now: datetime) -> datetime:
    seconds = min(LONGEST_RETRY, RETRY_SECONDS * 4 ** (attempts - 1)) * random.uniform(1, 1.2)
    return now + timedelta(seconds=seconds)


def _note_call(execution: Execution, call: Call, **fields: Any) -> bool:
    """What was sent and answered, also of one that failed. False where it is another worker's."""
    if call.cost is not None:
        execution.cost = (execution.cost or Decimal(0)) + call.cost
    told = {
        **fields,
        "environment": execution.environment,
        "output_length": execution.output_length,
        "sent": call.sent,
        "answer": call.answer[:MAX_KEPT],
        "model": call.model,
        "usage": dict(call.usage),
        "cost": execution.cost,
        "is_unpriced": execution.is_unpriced or (bool(call.answer) and call.cost is None),
        "execution_trace_id": trace_id_of(execution),
    }
    for name, value in told.items():
        setattr(execution, name, value)
    return bool(queue.mine(execution).update(**told))


def trace_id_of(execution: Execution) -> str:
    return uuid.uuid5(SCORES, f"execution:{execution.pk}").hex


def _store_trace(execution: Execution, result: Failed) -> None:
    """A judgement that failed is seen as well. It is no reason to fail for another cause."""
    if result.call is None:
        return
    try:
        span = span_of(execution, result.call, said=result.said)
        pipeline.accept(execution.project_id, [span])
    except pipeline.Overloaded:
        log.warning("execution_trace_lost", execution=execution.pk)


def _failed(execution: Execution, reason: str, said: str, **fields: Any) -> None:
    queue.mine(execution).update(
        status=Status.FAILED,
        finished_at=timezone.now(),
        held_until=None,
        error=reason,
        said=said[:MAX_SAID],
        **fields,
    )
