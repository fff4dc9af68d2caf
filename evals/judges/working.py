"""Working off what waits, for a while at several connections, each with several calls at a time in
threads that ask no database.

Where a connection keeps its calls waiting, the worker serves the others meanwhile: nobody's judges
wait for somebody else's hanging server.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation

from evals.judges import queue, settling
from evals.judges.judging import Failed, Verdict, asked, costed
from evals.judges.models import Execution, Pace, Seat
from llm.chat import Request

SLICE_SECONDS = 10.0  # then the worker's other tasks have their turn
LOOK_UP_SECONDS = 1.0  # between two signs of life
# With the longest that a call may take, and a slice, this stays below Celery's limit for a task.
TAKES_SECONDS = 500.0
MOST_TURNS = 12  # connections that one worker is at
MOST_OF_PROJECT = 3  # of those
# Begun of one connection, and settled of all, before the others and the signs of life.
MOST_BEGUN, MOST_SETTLED = 8, 64
AT_ONCE_AGAIN = 0.001

log = structlog.get_logger(__name__)

Calls = dict["Future[Verdict | Failed]", tuple[Execution, Request]]


@dataclass(slots=True)
class Turn:
    """One connection's. `until` is when it begins nothing more; `pause` when to look again."""

    pace: Pace
    until: float
    pool: ThreadPoolExecutor
    pause: float = 0.0
    calls: Calls = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        may_begin = 0 < self.pause <= LOOK_UP_SECONDS and time.monotonic() < self.until
        return not self.calls and not may_begin


@dataclass(slots=True)
class Shift:
    """One worker's, at its seat."""

    seat: Seat
    seconds: float
    began: float = field(default_factory=time.monotonic)
    turns: list[Turn] = field(default_factory=list)

    def may_take_up(self) -> bool:
        """There is time; or somebody keeps it waiting, so that there is time all the same."""
        now = time.monotonic()
        is_kept_waiting = any(now > one.until + self.seconds for one in self.turns)
        ends = self.began + (TAKES_SECONDS if is_kept_waiting else self.seconds)
        return now < ends and len(self.turns) < MOST_TURNS

    def full_projects(self) -> list[str]:
        found = Counter(one.pace.connection.project_id for one in self.turns)
        return [project_id for project_id, n in found.items() if n >= MOST_OF_PROJECT]


def work(*, seconds: float = SLICE_SECONDS) -> bool:
    """Go on for a while with the connections whose turn it is. True when there is more now."""
    if not queue.connections_due(timezone.now()):
        return False
    seat = queue.take_seat()
    if seat is None:
        return False
    shift = Shift(seat, seconds)
    try:
        _take_up(shift)
        is_of_use = bool(shift.turns)
        _worked_off(shift)
    finally:
        for turn in shift.turns:
            turn.stop.set()  # nobody waits for what is still asked
        for turn in shift.turns:
            _end(turn)
        queue.leave_seat(seat)
    return is_of_use and bool(queue.connections_due(timezone.now()))


def _worked_off(shift: Shift) -> None:
    signed_at = time.monotonic()
    while shift.turns:
        for turn in shift.turns:
            turn.pause = _begin_some(turn)
        _settle_some(shift.turns)
        for turn in [one for one in shift.turns if one.is_over]:
            shift.turns.remove(turn)
            _end(turn)
        if time.monotonic() - signed_at > LOOK_UP_SECONDS:
            signed_at = time.monotonic()
            _sign(shift)


def _take_up(shift: Shift) -> None:
    while shift.may_take_up():
        due = queue.connections_due(timezone.now(), besides=shift.full_projects())
        pace = next(filter(None, map(queue.hold, due)), None)
        if pace is None:
            return
        pool = ThreadPoolExecutor(pace.at_once, thread_name_prefix="judge")
        shift.turns.append(Turn(pace, time.monotonic() + shift.seconds, pool))


def _end(turn: Turn) -> None:
    turn.pool.shutdown()
    queue.let_go(turn.pace)


def _sign(shift: Shift) -> None:
    """Say that it is still at it. What it was thought dead for, another is at by now."""
    for turn in [one for one in shift.turns if not queue.still_held(one.pace)]:
        turn.stop.set()
        turn.pool.shutdown(wait=False)
        shift.turns.remove(turn)
    if queue.keep_seat(shift.seat):
        _take_up(shift)


def _settle_some(turns: list[Turn]) -> None:
    """Wait a moment for an answer, or until the next call may begin."""
    pauses = [one.pause for one in turns if not one.is_over]
    calls = {future: one for one in turns for future in one.calls}
    pause = min([*pauses, LOOK_UP_SECONDS])
    if not calls:
        if pauses:
            time.sleep(pause)
        return
    done = wait(calls, timeout=pause, return_when=FIRST_COMPLETED).done
    for future in islice(done, MOST_SETTLED):
        turn = calls[future]
        execution, request = turn.calls.pop(future)
        with _alone(execution):
            result = _costed(execution, request, future.result())
            settling.settle(turn.pace, execution, result)


def _begin_some(turn: Turn) -> float:
    """Fill the places that are free. Returns the seconds after which to look again."""
    for _ in range(MOST_BEGUN):
        if len(turn.calls) >= turn.pace.at_once or time.monotonic() >= turn.until:
            return LOOK_UP_SECONDS if turn.calls else 0.0
        now = timezone.now()
        if pause := queue.wait_of(turn.pace, now):
            return pause
        execution = queue.claim(turn.pace)
        if execution is None:
            return 0.0 if not turn.calls else LOOK_UP_SECONDS
        request = None
        with _alone(execution):
            request = settling.begin(execution)
        if request is not None:
            queue.began(turn.pace, now)
            turn.calls[turn.pool.submit(_call, turn, execution, request)] = execution, request
    return AT_ONCE_AGAIN


@contextmanager
def _alone(execution: Execution) -> Iterator[None]:
    """Whatever goes wrong with it ends this one only: the others' calls may be paid already. While
    Postgres is away nothing can be written down, and the next worker takes all of them over.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        settling.broke(execution, error)


def _call(turn: Turn, execution: Execution, request: Request) -> Verdict | Failed:
    with translation.override("en"):  # what is kept is read in any language
        connection = turn.pace.connection
        return asked(execution.version, connection, request, stop=turn.stop)


def _costed(execution: Execution, request: Request, result: Verdict | Failed) -> Verdict | Failed:
    return costed(execution.version.connection, request, result)
