"""Who works on what, and how fast: executions are held by one worker at a time, and so is each
connection, whose pace all evaluators share. A worker that judges has one of few seats.

A worker says again and again that it is still at it. One that was killed no longer does, and what
it held is free for the next after a few seconds.
"""

import random
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evals.judges.models import Execution, Pace, PastRun, Seat, State, Status
from evals.judges.reasons import CANCELLED
from exports import leases

HOLD = timedelta(seconds=20)  # without a sign of life
BURST = timedelta(seconds=2)  # of calls that may begin at once after a silence
SLOWEST = 300.0  # seconds between two tries while a provider refuses and does not say how long
MOST_TAKEN = 10  # by workers that all died
MOST_AT_ONCE = 500  # connections that are looked at

log = structlog.get_logger(__name__)


def due(now: datetime) -> "QuerySet[Execution]":
    """What could be worked on now, by whoever comes first."""
    is_free = Q(status=Status.WAITING, due_at__lte=now) | Q(
        status=Status.RUNNING, held_until__lt=now
    )
    may_spend = Q(evaluator__held_until=None) | Q(evaluator__held_until__lte=now)
    return Execution.objects.filter(is_free, may_spend).exclude(evaluator__state=State.PAUSED)


def connections_due(now: datetime, *, besides: Collection[str] = ()) -> list[str]:
    """The connections that something waits for and that nobody is at, the one that was worked on
    longest ago first; without those of the projects `besides`.
    """
    waiting = due(now).exclude(version__connection=None).exclude(project__in=besides)
    ids = waiting.order_by().values_list("version__connection", flat=True).distinct()[:MOST_AT_ONCE]
    paces = {one.connection_id: one for one in Pace.objects.filter(connection__in=list(ids))}
    free = [one for one in ids if one not in paces or _is_free(paces[one], now)]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(free, key=lambda one: (paces[one].worked_at or never) if one in paces else never)


def _is_free(pace: Pace, now: datetime) -> bool:
    return all(until is None or until <= now for until in (pace.slowed_until, pace.held_until))


def take_seat() -> Seat | None:
    """One of the seats for workers that judge, held for this one; None where all are taken."""
    now = timezone.now()
    for number in range(settings.JUDGE_MOST_WORKERS):
        Seat.objects.get_or_create(number=number)
        if leases.taken(Seat.objects.filter(number=number), now, HOLD):
            return Seat.objects.get(number=number)
    return None


def keep_seat(seat: Seat) -> bool:
    """Say that this worker is still there. False where it was thought dead."""
    rows = Seat.objects.filter(number=seat.number)
    return leases.kept(rows, seat.holder, timezone.now() + HOLD)


def leave_seat(seat: Seat) -> None:
    leases.let_go(Seat.objects.filter(number=seat.number), seat.holder)


def hold(connection_id: str) -> Pace | None:
    """The connection's pace, held for this worker alone; None where another has it."""
    now = timezone.now()
    Pace.objects.get_or_create(connection_id=connection_id)
    rows = Pace.objects.filter(connection_id=connection_id)
    if not leases.taken(rows, now, HOLD, worked_at=now):
        return None
    return Pace.objects.select_related("connection").get(connection_id=connection_id)


def still_held(pace: Pace) -> bool:
    """Say that this worker is still at it, and at what it has taken. False where it is no longer
    its own.
    """
    until = timezone.now() + HOLD
    leases.kept(Execution.objects.filter(status=Status.RUNNING), pace.holder, until)
    return leases.kept(Pace.objects.filter(pk=pace.pk), pace.holder, until)


def let_go(pace: Pace) -> None:
    leases.let_go(Pace.objects.filter(pk=pace.pk), pace.holder)


def claim(pace: Pace) -> Execution | None:
    """The next execution of the connection, held for this worker; None where none is due."""
    now = timezone.now()
    with transaction.atomic():
        free = due(now).filter(version__connection=pace.connection_id)
        locked = free.select_for_update(skip_locked=True, of=("self",))
        execution = locked.order_by("due_at", "id").first()
        if execution is None:
            return None
        execution.status, execution.holder = Status.RUNNING, pace.holder
        execution.started_at, execution.held_until = now, now + HOLD
        execution.taken += 1
        execution.save(update_fields=("status", "holder", "started_at", "held_until", "taken"))
    whole = ("version__connection", "version__evaluator", "project", "item")
    return Execution.objects.select_related(*whole).filter(pk=execution.pk).first()


def mine(execution: Execution) -> "QuerySet[Execution]":
    """The execution, as long as it is this worker's: whoever lost it writes nothing more."""
    return Execution.objects.filter(pk=execution.pk, holder=execution.holder, status=Status.RUNNING)


def put_back(execution: Execution, until: datetime, **fields: object) -> bool:
    """It waits again, unless the run that it was made for was stopped meanwhile."""
    stopped = PastRun.objects.filter(pk=execution.run_id, is_cancelled=True)
    if not execution.has_verdict and stopped.exists():
        ended = {"status": Status.FAILED, "finished_at": timezone.now(), "held_until": None}
        return bool(mine(execution).update(**{**fields, **ended, "error": CANCELLED}))
    return bool(
        mine(execution).update(
            status=Status.WAITING, holder="", held_until=None, due_at=until, taken=0, **fields
        )
    )


def wait_of(pace: Pace, now: datetime) -> float:
    """Seconds until the next call may begin; 0 where it may begin now. Others ask it too."""
    pace.refresh_from_db(fields=("next_at", "slowed_until"))
    latest = max(pace.slowed_until or now, (pace.next_at or now) - BURST)
    return max(0.0, (latest - now).total_seconds())


def began(pace: Pace, now: datetime) -> None:
    """A call begins: the next may, on average, so long after it."""
    gap = timedelta(seconds=60 / max(pace.per_minute, 1))
    pace.next_at = max(pace.next_at or now, now) + gap
    Pace.objects.filter(pk=pace.pk).update(next_at=pace.next_at)


def slow_down(pace: Pace, retry_after: float | None = None) -> datetime:
    """The provider wants, or takes, fewer calls: nobody asks it before the moment that is returned.
    Calls that were under way together slow it down once.
    """
    now = timezone.now()
    if retry_after is None:
        if pace.slowed_until and pace.slowed_until > now:
            return pace.slowed_until
        pace.slowed_in_row = min(pace.slowed_in_row + 1, 30)
        retry_after = min(SLOWEST, 2.0 ** min(pace.slowed_in_row, 10)) * random.uniform(1, 1.2)
    until = now + timedelta(seconds=retry_after)
    pace.slowed_until = max(until, pace.slowed_until or until)
    Pace.objects.filter(pk=pace.pk).update(
        slowed_until=pace.slowed_until, slowed_in_row=pace.slowed_in_row
    )
    log.info("judging_slowed", connection=pace.connection_id, seconds=round(retry_after, 1))
    return pace.slowed_until


def went_well(pace: Pace) -> None:
    if pace.slowed_in_row:
        pace.slowed_in_row = 0
        Pace.objects.filter(pk=pace.pk).update(slowed_in_row=0)
