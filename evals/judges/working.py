"""Working off what waits, for a while at one connection: several calls at a time, each in a
thread that asks no database.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation

from evals.judges import queue, settling
from evals.judges.judging import Failed, Verdict, asked, costed
from evals.judges.models import Execution, Pace
from llm.chat import Request

SLICE_SECONDS = 10.0  # then the worker's other tasks have their turn
LOOK_UP_SECONDS = 1.0  # between two signs of life

log = structlog.get_logger(__name__)

Calls = dict["Future[Verdict | Failed]", tuple[Execution, Request]]


@dataclass(slots=True)
class Slice:
    """One worker's turn at a connection."""

    pace: Pace
    until: float
    calls: Calls = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)


def work(*, seconds: float = SLICE_SECONDS) -> bool:
    """Go on for a while with the connection whose turn it is. True when there is more to do now."""
    for connection_id in queue.connections_due(timezone.now()):
        if pace := queue.hold(connection_id):
            _took_turn(Slice(pace, time.monotonic() + seconds))
            return bool(queue.connections_due(timezone.now()))
    return False


def _took_turn(turn: Slice) -> None:
    try:
        with ThreadPoolExecutor(turn.pace.at_once, thread_name_prefix="judge") as pool:
            try:
                _worked_off(turn, pool)
            except BaseException:
                turn.stop.set()  # nobody waits for what is still asked
                raise
    finally:
        queue.let_go(turn.pace)


def _worked_off(turn: Slice, pool: ThreadPoolExecutor) -> None:
    signed_at = time.monotonic()
    while True:
        pause = _begin_some(turn, pool)
        if turn.calls:
            done, _left = wait(
                turn.calls, timeout=min(pause, LOOK_UP_SECONDS), return_when=FIRST_COMPLETED
            )
            for future in done:
                execution, request = turn.calls.pop(future)
                with _alone(execution):
                    result = _costed(execution, request, future.result())
                    settling.settle(turn.pace, execution, result)
        elif 0 < pause <= LOOK_UP_SECONDS and time.monotonic() < turn.until:
            time.sleep(pause)
        else:
            return
        if time.monotonic() - signed_at > LOOK_UP_SECONDS:
            signed_at = time.monotonic()
            if not queue.still_held(turn.pace):
                turn.stop.set()  # it was thought dead: another is at it by now
                return


def _begin_some(turn: Slice, pool: ThreadPoolExecutor) -> float:
    """Fill the places that are free. Returns the seconds after which to look again."""
    while len(turn.calls) < turn.pace.at_once and time.monotonic() < turn.until:
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
            turn.calls[pool.submit(_call, turn, execution, request)] = execution, request
    return LOOK_UP_SECONDS if turn.calls else 0.0


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


def _call(turn: Slice, execution: Execution, request: Request) -> Verdict | Failed:
    with translation.override("en"):  # what is kept is read in any language
        connection = turn.pace.connection
        return asked(execution.version, connection, request, stop=turn.stop)


def _costed(execution: Execution, request: Request, result: Verdict | Failed) -> Verdict | Failed:
    return costed(execution.version.connection, request, result)
