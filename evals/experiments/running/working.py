"""Working off a plan for a while: several calls at a time, each in a thread that asks no database.
Safe to be killed at any moment.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone, translation

from evals.experiments.models import Plan, PlannedItem, Step
from evals.experiments.running import evaluators, holding, settling
from evals.experiments.running.evaluators import Evaluator
from evals.judges import queue
from evals.judges.models import EvaluatorVersion, Pace

SLICE_SECONDS = 10.0  # then the worker's other tasks have their turn
LOOK_UP_SECONDS = 1.0  # between two signs of life
AT_ONCE = 4
GONE = "connection_gone"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Turn:
    """One worker's turn at a plan. `ends` is when it begins nothing more."""

    plan: Plan
    pace: Pace
    evaluators: list[Evaluator]
    judges: dict[str, EvaluatorVersion]
    ends: float
    calls: dict["Future[Any]", PlannedItem] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)


def work(plan_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with a plan for a while. True when there is more to do now."""
    plan = holding.hold(plan_id)
    if plan is None:
        return False
    if plan.connection is None:
        holding.finish(plan, GONE)
        return False
    pace, _is_new = Pace.objects.get_or_create(connection=plan.connection)
    chosen = evaluators.of_json(plan.evaluators)
    turn = Turn(plan, pace, chosen, settling.judges_of(chosen), time.monotonic() + seconds)
    try:
        with translation.override("en"):  # what is kept is read in any language
            return took_turn(turn)
    except BaseException:
        holding.let_go(plan)
        raise


def took_turn(turn: Turn) -> bool:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="experiment") as pool:
        try:
            is_mine = worked_off(turn, pool)
        except BaseException:
            turn.stop.set()  # nobody waits for what is still asked
            raise
    if not is_mine:
        return False
    next_one = holding.open_items(turn.plan).order_by("due_at").first()
    if next_one is None:
        holding.finish(turn.plan)
        return False
    due_at = max(next_one.due_at, slowed_until(turn.pace) or next_one.due_at)
    holding.let_go(turn.plan, due_at)
    return due_at <= timezone.now()


def worked_off(turn: Turn, pool: ThreadPoolExecutor) -> bool:
    """Whether the plan is still this worker's when the turn ends."""
    signed_at = time.monotonic()
    while True:
        pause = begin_some(turn, pool)
        is_stored = bool(settling.store(turn.plan, turn.evaluators, turn.judges))
        if turn.calls:
            done, _left = wait(turn.calls, timeout=LOOK_UP_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                settling.settle(turn.plan, turn.pace, turn.calls.pop(future), future.result())
        elif 0 < pause <= LOOK_UP_SECONDS and time.monotonic() < turn.ends:
            time.sleep(pause)
        elif not is_stored:  # what was stored may be judged now
            return True
        if time.monotonic() - signed_at > LOOK_UP_SECONDS:
            signed_at = time.monotonic()
            if not holding.still_held(turn.plan):
                turn.stop.set()  # stopped, or thought dead: another is at it by now
                return False


def begin_some(turn: Turn, pool: ThreadPoolExecutor) -> float:
    """Fill the places that are free. Returns the seconds after which to look again, 0 where there
    is nothing to wait for.
    """
    while len(turn.calls) < AT_ONCE and time.monotonic() < turn.ends:
        now = timezone.now()
        turn.pace.refresh_from_db()
        if pause := queue.wait_of(turn.pace, now):
            return pause
        item = holding.take(turn.plan, [one.pk for one in turn.calls.values()], now)
        if item is None:
            return 0.0
        ask = begun(turn, item)
        if ask is not None:
            queue.began(turn.pace, now)
            turn.calls[pool.submit(in_english, ask)] = item
    return 0.0


def begun(turn: Turn, item: PlannedItem) -> Callable[[], Any] | None:
    """What a thread is to do for the item; None where nothing is left to be asked."""
    if item.taken > holding.MOST_TAKEN:
        settling.give_up(turn.plan, item)
        return None
    if item.step == Step.WAITING:
        return settling.question(turn.plan, item, turn.stop)
    return settling.judging(turn.plan, item, turn.judges, turn.stop)


def in_english(ask: Callable[[], Any]) -> Any:
    with translation.override("en"):
        return ask()


def slowed_until(pace: Pace) -> datetime | None:
    pace.refresh_from_db()
    return pace.slowed_until
