"""Working off plans for a while, one after the other.

Where a connection keeps a plan's calls waiting, the worker serves the others meanwhile: nobody's
experiment waits for somebody else's hanging provider.
"""

import time
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field

from django.utils import timezone, translation

from evals.experiments.models import Plan
from evals.experiments.running import holding, turns
from evals.experiments.running.turns import LOOK_UP_SECONDS, Turn
from exports import leases

SLICE_SECONDS = 10.0  # then the next plan has its turn
# With the longest that a call may take, and a slice, this stays below Celery’s limit for a task.
TAKES_SECONDS = 500.0
MOST_TURNS = 12  # plans that one worker is at: all but one of them wait for their calls
GONE = "connection_gone"


@dataclass(slots=True)
class Shift:
    """One worker's. `slow` are connections that kept it waiting for longer than a slice."""

    seconds: float
    holder: str = field(default_factory=leases.new_holder)
    began: float = field(default_factory=time.monotonic)
    turns: list[Turn] = field(default_factory=list)
    slow: set[str | None] = field(default_factory=set)

    def may_take_up(self) -> bool:
        """All that it is at only wait for what they have asked."""
        now = time.monotonic()
        is_time = now < self.began + TAKES_SECONDS and len(self.turns) < MOST_TURNS
        return is_time and all(now > turn.ends for turn in self.turns)


def work_next(*, seconds: float = SLICE_SECONDS) -> bool:
    """Go on for a while with the plan whose turn it is, and, while that one only waits, with the
    next. True when there is more to do now.
    """
    shift = Shift(seconds)
    if not holding.has_room(shift.holder) or not take_up(shift):
        return False
    worked_off(shift)
    return bool(holding.waiting(timezone.now()))


def work(plan_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with a plan for a while. True when there is more of it to do now."""
    shift = Shift(seconds)
    plan = holding.hold(plan_id, shift.holder)
    if plan is None or not begin(shift, plan):
        return False
    worked_off(shift)
    return plan_id in holding.waiting(timezone.now())


def take_up(shift: Shift) -> bool:
    """The plan that waits longest. False where there is none."""
    besides = [one for one in shift.slow if one]
    for plan_id in holding.waiting(timezone.now(), besides=besides):
        plan = holding.hold(plan_id, shift.holder)
        if plan and begin(shift, plan):
            return True
    return False


def begin(shift: Shift, plan: Plan) -> bool:
    if plan.connection is None:
        holding.finish(plan, GONE)
        return False
    try:
        shift.turns.append(turns.begun_turn(plan, shift.turns, shift.seconds))
    except BaseException:
        holding.let_go(plan)
        raise
    return True


def worked_off(shift: Shift) -> None:
    signed_at = time.monotonic()
    try:
        with translation.override("en"):  # what is kept is read in any language
            while shift.turns:
                go_on(shift)
                if time.monotonic() - signed_at > LOOK_UP_SECONDS:
                    signed_at = time.monotonic()
                    sign(shift)
    finally:
        for turn in shift.turns:
            turn.stop.set()  # nobody waits for what is still asked
        for turn in shift.turns:
            turn.pool.shutdown()
            holding.let_go(turn.plan)


def go_on(shift: Shift) -> None:
    for turn in shift.turns:
        turns.go_on(turn)
    for turn in [one for one in shift.turns if one.is_over]:
        shift.turns.remove(turn)
        try:
            turns.end(turn)
        except BaseException:
            holding.let_go(turn.plan)
            raise
    settle_some(shift.turns)


def settle_some(at: list[Turn]) -> None:
    """Wait a moment for an answer, or until the next call may begin."""
    if not at:
        return
    calls = {future: turn for turn in at for future in turn.calls}
    patience = min(min(one.pause or LOOK_UP_SECONDS for one in at), LOOK_UP_SECONDS)
    if not calls:
        time.sleep(0.0 if any(one.has_stored for one in at) else patience)
        return
    for future in wait(calls, timeout=patience, return_when=FIRST_COMPLETED).done:
        turn = calls[future]
        turns.settle(turn, *turn.calls.pop(future), future)


def sign(shift: Shift) -> None:
    """Say that it is still at it. What was stopped, or for which it was thought dead, it leaves;
    while the rest only waits, it takes up what may go on.
    """
    for turn in [one for one in shift.turns if not holding.still_held(one.plan)]:
        turn.stop.set()
        turn.pool.shutdown(wait=False)
        shift.turns.remove(turn)
    if shift.turns and shift.may_take_up():
        lanes = [lane for turn in shift.turns for lane, _one in turn.calls.values()]
        shift.slow |= {lane.pace.connection_id for lane in lanes}
        take_up(shift)
