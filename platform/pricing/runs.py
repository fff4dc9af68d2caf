"""Pricing past calls again in the background: asked for on a page, worked off in slices, safe to be
killed at any moment.
"""

import json
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from pricing import store
from pricing.models import RepriceRun
from pricing.reprice import BEFORE_ALL, Progress, reprice
from traces.clickhouse import Unavailable, patiently
from traces.stored import Key

SLICE_SECONDS = 60.0  # then the worker's other tasks have their turn
HOLD = timedelta(seconds=120)  # longer than any one group of spans takes
MAX_TRIES = 20  # without getting on: something kills every worker that takes it up
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


class AlreadyRunning(Exception):
    """The project has a run that is not over."""


def start(
    project_id: str, *, since: datetime, until: datetime, model: str = "", asked_by: str = ""
) -> RepriceRun:
    """Ask for a range to be priced again. Raises AlreadyRunning."""
    try:
        with transaction.atomic():
            return RepriceRun.objects.create(
                project_id=project_id,
                since=since,
                until=until,
                model=model,
                asked_by=asked_by[:120],
            )
    except IntegrityError:
        raise AlreadyRunning from None


def cancel(run: RepriceRun) -> bool:
    """Stop it where it is. What is priced stays priced. False when it was over already."""
    unfinished = RepriceRun.objects.filter(pk=run.pk, finished_at=None)
    return bool(unfinished.update(finished_at=timezone.now(), is_cancelled=True))


def waiting() -> list[int]:
    """The runs that nobody works on: just asked for, or left by a worker that was killed."""
    free = Q(held_until=None) | Q(held_until__lt=timezone.now())
    return list(RepriceRun.objects.filter(free, finished_at=None).values_list("pk", flat=True))


def work(run_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do.

    A worker that is killed between storing a group of spans and noting it leaves that group to be
    looked at again, which changes nothing, so that `changed` may then fall short by one group.
    """
    run = claimed(run_id)
    if run is None:
        return False
    store.forget()  # the price that this is about is newer than what the worker has in memory
    until = time.monotonic() + seconds
    try:
        with patiently():
            for progress in remaining(run):
                if not noted(run, progress):
                    return False
                got_on = progress.seen > run.seen or progress.hours_done > run.hours_done
                if got_on and time.monotonic() > until:
                    return released(run)
    except Unavailable:  # it heals by itself, and the next round goes on
        RepriceRun.objects.filter(pk=run.pk).update(tries=0)
        released(run)
        return False
    except Exception as error:
        finish(run, error=type(error).__name__)
        raise
    finish(run)
    return False


def claimed(run_id: int) -> RepriceRun | None:
    """The run, held for this worker alone; None when it is over or another one has it."""
    now, holder = timezone.now(), secrets.token_hex(16)
    free = Q(held_until=None) | Q(held_until__lt=now)
    held = RepriceRun.objects.filter(free, pk=run_id, finished_at=None).update(
        holder=holder, held_until=now + HOLD, tries=F("tries") + 1
    )
    if not held:
        return None
    run = RepriceRun.objects.get(pk=run_id)
    if run.tries > MAX_TRIES:
        finish(run, error="gave up")
        return None
    if run.started_at is None:
        run.started_at = now
        run.save(update_fields=["started_at"])
    return run


def remaining(run: RepriceRun) -> Iterator[Progress]:
    """The progress of what is left, added to what is done."""
    since, span = nanoseconds(run.since), BEFORE_ALL
    if run.position:
        hour, trace_id, span_id = json.loads(run.position)
        since, span = max(since, hour), (trace_id, span_id)
    steps = reprice(
        run.project_id, since=since, until=nanoseconds(run.until), model=run.model, span=span
    )
    done = (run.hours_done, run.seen, run.changed, run.before, run.after)
    for step in steps:
        yield Progress(
            hours=done[0] + step.hours,
            hours_done=done[0] + step.hours_done,
            seen=done[1] + step.seen,
            changed=done[2] + step.changed,
            before=done[3] + step.before,
            after=done[4] + step.after,
            hour=step.hour or since,
            span=step.span if step.hour else span,
        )


def noted(run: RepriceRun, progress: Progress) -> bool:
    """Keep how far it came. False when this worker is to stop: cancelled, or no longer its own."""
    mine = RepriceRun.objects.filter(pk=run.pk, holder=run.holder)
    is_mine = mine.update(
        hours=progress.hours,
        hours_done=progress.hours_done,
        seen=progress.seen,
        changed=progress.changed,
        before=progress.before,
        after=progress.after,
        position=position(progress.hour, progress.span),
        held_until=timezone.now() + HOLD,
        tries=0 if progress.seen > run.seen or progress.hours_done > run.hours_done else F("tries"),
    )
    return bool(is_mine) and mine.filter(finished_at=None).exists()


def position(hour: int, span: Key) -> str:
    return json.dumps([hour, *span])


def released(run: RepriceRun) -> bool:
    return bool(
        RepriceRun.objects.filter(pk=run.pk, holder=run.holder, finished_at=None).update(
            held_until=None
        )
    )


def finish(run: RepriceRun, *, error: str = "") -> None:
    RepriceRun.objects.filter(pk=run.pk, holder=run.holder, finished_at=None).update(
        finished_at=timezone.now(), error=error[:200]
    )
    if error:
        log.error("repricing_gave_up", run=run.pk, reason=error)


def nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000
