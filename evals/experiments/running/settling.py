"""What becomes of an item when its model has answered."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from evals.experiments.models import Plan, PlannedItem, Step
from evals.experiments.running import holding, judging
from evals.experiments.running.answering import (
    Answered,
    answered,
    failure_words,
    not_answered,
    spans_of,
)
from evals.experiments.running.evaluators import Evaluator
from evals.experiments.running.scoring import of_checks
from evals.experiments.running.variables import Unfillable, request_for
from evals.judges import queue, reasons
from evals.judges.models import EvaluatorVersion, Pace
from ingest.admission import Overloaded
from ingest.pipeline import accept
from llm.chat import PASSING, Failed, Kind, Request
from prompts.playground.column import Unrunnable

MOST_TRIES = 5  # of what may pass by itself
HOPELESS_IN_ROW = 3  # then the experiment is given up
HOPELESS = "hopeless"
SLOWING = frozenset({Kind.RATE_LIMIT, Kind.OVERLOADED})
MAX_SAID = 2_000
MOST_STORED = 50  # answers at once
RETRY = timedelta(seconds=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the model, and what it answered."""

    request: Request
    result: Answered | Failed


def question(plan: Plan, item: PlannedItem, stop: threading.Event) -> Callable[[], Asked] | None:
    connection = plan.connection
    assert connection is not None
    try:
        given = {**plan.parameters}
        config = given.pop("config", {})
        request = request_for(plan.body, plan.model, config, given, item.item.input)
    except Unfillable as error:
        fail(plan, item, None, f"The item's input has no field for: {error}.")
        return None
    except Unrunnable as error:
        fail(plan, item, None, str(error))
        return None
    return lambda: Asked(request, answered(connection, request, stop))


def store(plan: Plan, evaluators: list[Evaluator], versions: Mapping[str, EvaluatorVersion]) -> int:
    """Stores the answers that came, with what the checks say of them, all at once; how many."""
    items = holding.answered(plan, timezone.now(), MOST_STORED)
    if not items:
        return 0
    answers = [(item, Answered(**item.answer)) for item in items if item.answer]
    rows: list[Any] = []
    for item, answer in answers:
        spans = spans_of(item, answer)
        checked = [] if answer.failure else of_checks(item, evaluators, spans[1], spans[2])
        rows += [*spans, *checked]
    ids = [item.pk for item in items]
    try:
        accept(plan.run.project_id, rows)
    except Overloaded:
        holding.note_stored(plan, ids, due_at=timezone.now() + RETRY)
        return 0
    for item, answer in answers:
        if answer.failure:
            ids.remove(item.pk)
            holding.note(plan, item, step=Step.FAILED, said=answer.failure[:MAX_SAID])
    judging.ask_for(plan, ids, versions)
    holding.note_stored(plan, ids, step=Step.STORED if versions else Step.DONE)
    return len(items)


def settle(plan: Plan, pace: Pace, item: PlannedItem, found: Asked) -> None:
    if isinstance(found.result, Answered):
        queue.went_well(pace)
        holding.note(plan, item, step=Step.ANSWERED, answer=found.result.as_json(), tries=0)
    else:
        settle_failed(plan, pace, item, found.request, found.result)


def is_hopeless(found: Asked) -> bool:
    """Whoever asks for another item gets the same answer, until somebody changes something."""
    return isinstance(found.result, Failed) and str(found.result.kind) in reasons.HOPELESS


def settle_failed(
    plan: Plan, pace: Pace, item: PlannedItem, request: Request, failure: Failed
) -> None:
    """A provider that wants fewer calls slows the plan down, and fails nothing."""
    if failure.kind is Kind.STOPPED:
        holding.note(plan, item)
    elif failure.kind in SLOWING:
        holding.note(plan, item, due_at=queue.slow_down(pace, failure.retry_after))
    elif failure.kind in PASSING and item.tries + 1 < MOST_TRIES:
        due_at = timezone.now() + RETRY * (item.tries + 1)
        holding.note(plan, item, tries=item.tries + 1, due_at=due_at)
    else:
        fail(plan, item, request, failure_words(failure))


def fail(plan: Plan, item: PlannedItem, request: Request | None, said: str) -> None:
    """For good. It is stored like an answer: a failed item is part of the result."""
    answer = not_answered(request, said[:MAX_SAID])
    holding.note(plan, item, step=Step.ANSWERED, answer=answer.as_json(), tries=0)


def give_up(plan: Plan, item: PlannedItem) -> None:
    """Whoever took it up was killed, or broke."""
    fail(plan, item, None, "Whoever took it up was killed, or broke.")
    log.warning("experiment_item_given_up", item=item.pk)
