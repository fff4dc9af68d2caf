"""Working off a plan for a while: several calls at a time, each in a thread that asks no database.
Safe to be killed at any moment.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation

from evals.experiments.models import Judgement, Plan, PlannedItem
from evals.experiments.running import evaluators, holding, judging, settling
from evals.experiments.running.evaluators import Evaluator
from evals.experiments.running.scoring import judges_of
from evals.judges import queue
from evals.judges.models import EvaluatorVersion, Pace
from llm.models import LlmConnection

SLICE_SECONDS = 10.0  # then the worker's other tasks have their turn
LOOK_UP_SECONDS = 1.0  # between two signs of life
AT_ONCE = 4
BROKEN_WAIT = timedelta(seconds=5)
GONE = "connection_gone"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """Whom to ask: a judge, or, without one, the plan's own model. All that ask through one
    connection share its pace.
    """

    pace: Pace
    judge: EvaluatorVersion | None = None


@dataclass(slots=True)
class Turn:
    """One worker's turn at a plan. `ends` is when it begins nothing more."""

    plan: Plan
    evaluators: list[Evaluator]
    judges: dict[str, EvaluatorVersion]
    lanes: list[Lane]
    ends: float
    calls: dict["Future[Any]", tuple[Lane, PlannedItem | Judgement]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def begun_in(self, lane: Lane) -> list[int]:
        return [one.pk for of, one in self.calls.values() if of is lane]

    def has_place(self, lane: Lane) -> bool:
        """At once are as many calls as a turn makes, and as a connection takes."""
        of_connection = sum(of.pace is lane.pace for of, _one in self.calls.values())
        is_free = len(self.calls) < AT_ONCE and of_connection < lane.pace.at_once
        return is_free and time.monotonic() < self.ends


def work_next(*, seconds: float = SLICE_SECONDS) -> bool:
    """Go on for a while with the plan whose turn it is. True when there is more to do now."""
    for plan_id in holding.waiting(timezone.now()):
        if not holding.has_room():
            return False
        if plan := holding.hold(plan_id):
            went_on(plan, seconds)
            return bool(holding.waiting(timezone.now()))
    return False


def work(plan_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with a plan for a while. True when there is more of it to do now."""
    plan = holding.hold(plan_id)
    return plan is not None and went_on(plan, seconds)


def went_on(plan: Plan, seconds: float) -> bool:
    if plan.connection is None:
        holding.finish(plan, GONE)
        return False
    try:
        chosen = evaluators.of_json(plan.evaluators)
        judges = judges_of(chosen)
        lanes = lanes_of(plan.connection, judges.values())
        turn = Turn(plan, chosen, judges, lanes, time.monotonic() + seconds)
        with translation.override("en"):  # what is kept is read in any language
            return took_turn(turn)
    except BaseException:
        holding.let_go(plan)
        raise


def lanes_of(connection: LlmConnection, judges: Iterable[EvaluatorVersion]) -> list[Lane]:
    """Judges first: an item that is begun is finished before the next."""
    paces: dict[str | None, Pace] = {}

    def pace_of(connection_id: str | None) -> Pace:
        if connection_id not in paces:
            paces[connection_id], _new = Pace.objects.get_or_create(connection_id=connection_id)
        return paces[connection_id]

    of_judges = [Lane(pace_of(one.connection_id), one) for one in judges]
    return [*of_judges, Lane(pace_of(connection.pk))]


def took_turn(turn: Turn) -> bool:
    judging.give_up_unasked(turn.plan)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="experiment") as pool:
        try:
            is_mine = worked_off(turn, pool)
        except BaseException:
            turn.stop.set()  # nobody waits for what is still asked
            raise
    if not is_mine:
        return False
    judging.finish_items(turn.plan)
    due_at = next_due(turn)
    if due_at is None:
        holding.finish(turn.plan)
        return False
    now = timezone.now()
    holding.let_go(turn.plan, max(due_at, now))  # behind plans that wait longer
    return due_at <= now


def worked_off(turn: Turn, pool: ThreadPoolExecutor) -> bool:
    """Whether the plan is still this worker's when the turn ends."""
    signed_at = time.monotonic()
    while True:
        pause = begin_some(turn, pool)
        is_stored = bool(stored(turn))
        if turn.calls:
            patience = min(pause or LOOK_UP_SECONDS, LOOK_UP_SECONDS)
            done, _left = wait(turn.calls, timeout=patience, return_when=FIRST_COMPLETED)
            for future in done:
                settle(turn, *turn.calls.pop(future), future)
        elif 0 < pause <= LOOK_UP_SECONDS and time.monotonic() < turn.ends:
            time.sleep(pause)
        elif not is_stored:  # what was stored may be judged now
            return True
        if time.monotonic() - signed_at > LOOK_UP_SECONDS:
            signed_at = time.monotonic()
            if not holding.still_held(turn.plan):
                turn.stop.set()  # stopped, or thought dead: another is at it by now
                return False


def stored(turn: Turn) -> int:
    return settling.store(turn.plan, turn.evaluators, turn.judges) + judging.store(turn.plan)


def settle(turn: Turn, lane: Lane, one: PlannedItem | Judgement, future: "Future[Any]") -> None:
    with alone(one):
        if isinstance(one, Judgement):
            judging.settle(lane.pace, one, future.result())
        else:
            settling.settle(turn.plan, lane.pace, one, future.result())


@contextmanager
def alone(one: PlannedItem | Judgement) -> Iterator[None]:
    """One that goes wrong is taken up again a few times, and takes no other with it."""
    try:
        yield
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        log.exception("experiment_call_broke", plan=one.plan_id, kind=type(one).__name__, id=one.pk)
        type(one).objects.filter(pk=one.pk).update(due_at=timezone.now() + BROKEN_WAIT)


def begin_some(turn: Turn, pool: ThreadPoolExecutor) -> float:
    """Fill the places that are free. Returns the seconds after which to look again, 0 where there
    is nothing to wait for.
    """
    pauses = [begin_in(turn, lane, pool) for lane in turn.lanes]
    return min((one for one in pauses if one), default=0.0)


def begin_in(turn: Turn, lane: Lane, pool: ThreadPoolExecutor) -> float:
    while turn.has_place(lane):
        now = timezone.now()
        if pause := queue.wait_of(lane.pace, now):
            return pause
        one = taken(turn, lane, now)
        if one is None:
            return 0.0
        ask = None
        with alone(one):
            ask = begun(turn, one)
        if ask is not None:
            queue.began(lane.pace, now)
            turn.calls[pool.submit(in_english, ask)] = lane, one
    return 0.0


def taken(turn: Turn, lane: Lane, now: datetime) -> PlannedItem | Judgement | None:
    besides = turn.begun_in(lane)
    if lane.judge is not None:
        return judging.take(turn.plan, lane.judge, besides, now)
    return holding.take(turn.plan, besides, now)


def begun(turn: Turn, one: PlannedItem | Judgement) -> Callable[[], Any] | None:
    """What a thread is to do; None where nothing is left to be asked."""
    if isinstance(one, Judgement):
        return judging.question(one, turn.stop)
    if one.taken > holding.MOST_TAKEN:
        settling.give_up(turn.plan, one)
        return None
    return settling.question(turn.plan, one, turn.stop)


def in_english(ask: Callable[[], Any]) -> Any:
    with translation.override("en"):
        return ask()


def next_due(turn: Turn) -> datetime | None:
    """When the plan is to be gone on with; None where nothing of it is open."""
    now = timezone.now()
    dues = [holding.next_stored(turn.plan), judging.next_stored(turn.plan)]
    for lane in turn.lanes:
        plan, judge = turn.plan, lane.judge
        due_at = judging.next_due(plan, judge, now) if judge else holding.next_asked(plan)
        if due_at is not None:
            pause = timedelta(seconds=queue.wait_of(lane.pace, now))
            dues.append(max(due_at, now + pause))
    return min((one for one in dues if one is not None), default=None)
