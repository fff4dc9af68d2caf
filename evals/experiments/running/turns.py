"""A turn at a plan: several calls at a time, each in a thread that asks no database. Safe to be
killed at any moment.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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

LOOK_UP_SECONDS = 1.0  # between two signs of life
AT_ONCE = 4
BROKEN_WAIT = timedelta(seconds=5)
BUSY_WAIT = timedelta(seconds=5)  # for a connection that other turns of the worker keep full

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """Whom to ask: a judge, or, without one, the plan's own model. All that ask through one
    connection share its pace.
    """

    pace: Pace
    judge: EvaluatorVersion | None = None


@dataclass(slots=True, eq=False)
class Turn:
    """One worker's turn at a plan. `ends` is when it begins nothing more. `beside` are all turns
    that the worker is at, this one among them: a connection takes so many calls of all of them.
    """

    plan: Plan
    evaluators: list[Evaluator]
    judges: dict[str, EvaluatorVersion]
    lanes: list[Lane]
    ends: float
    pool: ThreadPoolExecutor
    beside: "list[Turn]"
    pause: float = 0.0
    has_stored: bool = False
    hopeless: int = 0  # refusals in a row that no other item heals
    calls: dict["Future[Any]", tuple[Lane, PlannedItem | Judgement]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_hopeless(self) -> bool:
        return self.hopeless >= settling.HOPELESS_IN_ROW

    @property
    def is_over(self) -> bool:
        """Nothing is under way or begins soon, and nothing was stored that may be judged now."""
        may_begin = 0 < self.pause <= LOOK_UP_SECONDS and time.monotonic() < self.ends
        return not (self.calls or may_begin or self.has_stored)

    def begun_in(self, lane: Lane) -> list[int]:
        return [one.pk for of, one in self.calls.values() if of is lane]

    def is_full(self, lane: Lane) -> bool:
        """Whether the connection has as many calls as it takes."""
        under_way = (of for turn in self.beside for of, _one in turn.calls.values())
        return sum(of.pace.pk == lane.pace.pk for of in under_way) >= lane.pace.at_once

    def has_place(self, lane: Lane) -> bool:
        is_free = len(self.calls) < AT_ONCE and not self.is_full(lane)
        return is_free and time.monotonic() < self.ends


def begun_turn(plan: Plan, beside: list[Turn], seconds: float) -> Turn:
    assert plan.connection is not None
    chosen = evaluators.of_json(plan.evaluators)
    judges = judges_of(chosen)
    turn = Turn(
        plan,
        chosen,
        judges,
        lanes_of(plan.connection, judges.values()),
        time.monotonic() + seconds,
        ThreadPoolExecutor(AT_ONCE, thread_name_prefix="experiment"),
        beside,
    )
    judging.give_up_unasked(plan)
    return turn


def lanes_of(connection: LlmConnection, judges: Iterable[EvaluatorVersion]) -> list[Lane]:
    """Judges first: an item that is begun is finished before the next."""
    paces: dict[str | None, Pace] = {}

    def pace_of(connection_id: str | None) -> Pace:
        if connection_id not in paces:
            paces[connection_id], _new = Pace.objects.get_or_create(connection_id=connection_id)
        return paces[connection_id]

    of_judges = [Lane(pace_of(one.connection_id), one) for one in judges]
    return [*of_judges, Lane(pace_of(connection.pk))]


def go_on(turn: Turn) -> None:
    turn.pause = begin_some(turn)
    turn.has_stored = bool(stored(turn))


def end(turn: Turn) -> None:
    """The plan waits for its next turn, or is over."""
    turn.pool.shutdown()
    judging.finish_items(turn.plan)
    due_at = next_due(turn)
    if due_at is None:
        holding.finish(turn.plan)
    elif turn.is_hopeless:
        holding.finish(turn.plan, settling.HOPELESS)
    else:  # behind plans that wait longer
        holding.let_go(turn.plan, max(due_at, timezone.now()))


def stored(turn: Turn) -> int:
    return settling.store(turn.plan, turn.evaluators, turn.judges) + judging.store(turn.plan)


def settle(turn: Turn, lane: Lane, one: PlannedItem | Judgement, future: "Future[Any]") -> None:
    with alone(one):
        if isinstance(one, Judgement):
            judging.settle(lane.pace, one, future.result())
        else:
            found = future.result()
            settling.settle(turn.plan, lane.pace, one, found)
            turn.hopeless = turn.hopeless + 1 if settling.is_hopeless(found) else 0
            if turn.is_hopeless:
                turn.ends = time.monotonic()  # what is under way is heard, and stored


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


def begin_some(turn: Turn) -> float:
    """Fill the places that are free. Returns the seconds after which to look again, 0 where there
    is nothing to wait for.
    """
    pauses = [begin_in(turn, lane) for lane in turn.lanes]
    return min((one for one in pauses if one), default=0.0)


def begin_in(turn: Turn, lane: Lane) -> float:
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
            turn.calls[turn.pool.submit(in_english, ask)] = lane, one
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
            busy = BUSY_WAIT if turn.is_full(lane) else timedelta()
            dues.append(max(due_at, now + max(pause, busy)))
    return min((one for one in dues if one is not None), default=None)
