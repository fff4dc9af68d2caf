"""What becomes of an item when its model, or its judges, have answered."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from evals.experiments.models import Plan, PlannedItem, Step
from evals.experiments.running import holding
from evals.experiments.running.answering import (
    Answered,
    answered,
    failure_words,
    not_answered,
    spans_of,
)
from evals.experiments.running.evaluators import Evaluator
from evals.experiments.running.scoring import (
    Wanted,
    judge_span,
    judged,
    judges_of,
    of_checks,
    requests_of,
    verdict_score,
)
from evals.experiments.running.variables import Unfillable, request_for
from evals.judges import judging as judges
from evals.judges import queue
from evals.judges.models import EvaluatorVersion, Pace
from ingest.admission import Overloaded
from ingest.pipeline import accept
from llm.chat import PASSING, Failed, Kind, Request
from prompts.playground.column import Unrunnable

__all__ = ["give_up", "judges_of", "judging", "question", "settle", "store"]
MOST_TRIES = 5  # of what may pass by itself
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


@dataclass(frozen=True, slots=True)
class Judged:
    wanted: Mapping[str, Wanted]
    results: Mapping[str, judges.Verdict | judges.Failed]
    unasked: list[str]


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
    holding.note_stored(plan, ids, step=Step.STORED if versions else Step.DONE)
    return len(items)


def judging(
    plan: Plan,
    item: PlannedItem,
    versions: Mapping[str, EvaluatorVersion],
    stop: threading.Event,
) -> Callable[[], Judged] | None:
    wanted, unasked = requests_of(versions, item, Answered(**item.answer))
    if not wanted:
        holding.note(plan, item, step=Step.DONE, said="\n".join(unasked)[:MAX_SAID])
        return None
    return lambda: Judged(wanted, judged(wanted, stop), unasked)


def settle(plan: Plan, pace: Pace, item: PlannedItem, found: Asked | Judged) -> None:
    if isinstance(found, Judged):
        settle_judged(plan, pace, item, found)
    elif isinstance(found.result, Answered):
        queue.went_well(pace)
        holding.note(plan, item, step=Step.ANSWERED, answer=found.result.as_json(), tries=0)
    else:
        settle_failed(plan, pace, item, found.request, found.result)


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


def settle_judged(plan: Plan, pace: Pace, item: PlannedItem, found: Judged) -> None:
    """What was judged is stored; a judge that may answer later is asked again, all others too,
    whose scores then replace themselves.
    """
    rows: list[Any] = []
    said = list(found.unasked)
    again = None
    for name, result in found.results.items():
        version = found.wanted[name][0]
        span = judge_span(item, name, found.wanted[name], result)
        rows += [span] if span else []
        if isinstance(result, judges.Verdict):
            rows.append(verdict_score(item, name, version, result))
        elif result.kind in SLOWING:
            again = queue.slow_down(pace, result.retry_after)
        elif item.tries + 1 < MOST_TRIES and may_pass(result):
            again = timezone.now() + RETRY
        else:
            said.append(f"{name}: {result.said}")
    try:
        accept(plan.run.project_id, rows)
    except Overloaded:
        again = timezone.now() + RETRY
    if again is not None:
        holding.note(plan, item, tries=item.tries + 1, due_at=again)
    else:
        holding.note(plan, item, step=Step.DONE, said="\n".join(said)[:MAX_SAID])


def may_pass(failed: judges.Failed) -> bool:
    """Models that answer something else at times answer rightly when asked again."""
    return failed.kind in PASSING or failed.kind == judges.WRONG_ANSWER


def fail(plan: Plan, item: PlannedItem, request: Request | None, said: str) -> None:
    """For good. It is stored like an answer: a failed item is part of the result."""
    answer = not_answered(request, said[:MAX_SAID])
    holding.note(plan, item, step=Step.ANSWERED, answer=answer.as_json(), tries=0)


def give_up(plan: Plan, item: PlannedItem) -> None:
    """Every worker that took it up died."""
    if item.step == Step.WAITING:
        fail(plan, item, None, "Every worker that asked for it was killed.")
    else:
        holding.note(plan, item, step=Step.FAILED, said="Every worker that scored it was killed.")
    log.warning("experiment_item_given_up", item=item.pk)
