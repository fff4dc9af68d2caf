"""Working off what was asked for: in slices, each run by one worker at a time, safe to be killed
at any moment.
"""

import json
import time
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.db.models import F
from django.utils import timezone

from exports import leases
from exports.models import Run
from traces.clickhouse import LimitReached, Unavailable, patiently
from traces.queries.filters import TraceFilter
from traces.queries.histogram import histogram
from traces.queries.windows import Cut, Place
from traces.search.grammar import parsed

SLICE_SECONDS = 10.0  # then the other runs, and the worker's other tasks, have their turn
HOLD = timedelta(seconds=180)  # longer than any one page of traces takes
MAX_TRIES = 20  # without getting on: something kills every worker that takes it up

# Why a run was given up, as its page words it.
TOO_MUCH, DISK_FULL, UNREADABLE, GAVE_UP = "too_much", "disk_full", "unreadable", "gave_up"
TARGET_GONE = "target_gone"

END = "end"  # the position of a walk that has nothing left

log = structlog.get_logger(__name__)
AnyRun = TypeVar("AnyRun", bound=Run)
Steps = Callable[[AnyRun], Generator[dict[str, Any], None, None]]


class Last(dict):
    """The progress that is noted when all is done: no slice ends before the run is over too."""


class GivenUp(Exception):
    """The run cannot be done, for the reason that is its text."""


def cancel(run: Run) -> bool:
    """Stop it where it is. False when it was over already."""
    unfinished = type(run).objects.filter(pk=run.pk, finished_at=None)
    return bool(unfinished.update(finished_at=timezone.now(), is_cancelled=True))


def waiting(model: type[Run]) -> list[int]:
    """The runs that are next and that nobody works on: of each project the one asked for first. Not
    while a worker may still be writing for one of the project that was stopped.
    """
    now = timezone.now()
    stopping = model.objects.filter(held_until__gte=now).exclude(finished_at=None)
    first = (
        model.objects.filter(finished_at=None)
        .order_by("project_id", "asked_at", "pk")
        .distinct("project_id")
        .values("pk")
    )
    next_ones = model.objects.filter(leases.is_free(now), pk__in=first)
    free_ones = next_ones.exclude(project_id__in=stopping.values("project_id"))
    return list(free_ones.order_by("asked_at").values_list("pk", flat=True))


def work(model: type[AnyRun], run_id: int, steps: Steps, *, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do.

    Each step is what to note of the run once it is done; what a worker did since the last one it
    noted is done again after a kill, which `steps` must bear.
    """
    run = claimed(model, run_id)
    if run is None:
        return False
    until = time.monotonic() + seconds
    try:
        with patiently(), closing(steps(run)) as made:
            for progress in made:
                if not noted(run, progress):
                    return released(run)
                is_last = isinstance(progress, Last)
                if progress and not is_last and time.monotonic() > until:
                    return released(run)
    except LimitReached:
        finish(run, error=TOO_MUCH)
    except Unavailable:  # it heals by itself, and the next round goes on
        model.objects.filter(pk=run.pk).update(tries=0)
        released(run)
    except GivenUp as reason:
        finish(run, error=str(reason))
    except Exception as error:
        finish(run, error=type(error).__name__)
        raise
    else:
        finish(run)
    return False


def claimed(model: type[AnyRun], run_id: int) -> AnyRun | None:
    """The run, held for this worker alone; None when it is over, not yet its turn, or another
    worker has it.
    """
    now = timezone.now()
    next_ones = model.objects.filter(pk=run_id, pk__in=waiting(model), finished_at=None)
    if not leases.taken(next_ones, now, HOLD, tries=F("tries") + 1):
        return None
    run = model.objects.get(pk=run_id)
    if run.tries > MAX_TRIES:
        finish(run, error=GAVE_UP)
        return None
    if run.started_at is None:
        run.started_at = now
        run.save(update_fields=["started_at"])
    return run


def noted(run: Run, progress: dict[str, Any]) -> bool:
    """Keep how far it came. False when this worker is to stop: cancelled, or no longer its own."""
    unfinished = type(run).objects.filter(pk=run.pk, finished_at=None)
    got_on = {"tries": 0} if progress else {}
    for name, value in progress.items():
        setattr(run, name, value)
    return leases.kept(unfinished, run.holder, timezone.now() + HOLD, **progress, **got_on)


def released(run: Run) -> bool:
    """Let go of what this worker holds. True when there is more to do for the next one."""
    rows = type(run).objects.filter(pk=run.pk)
    return leases.let_go(rows, run.holder) and rows.filter(finished_at=None).exists()


def finish(run: Run, *, error: str = "") -> bool:
    """False where it is no longer this worker's, or was cancelled meanwhile."""
    mine = type(run).objects.filter(pk=run.pk, holder=run.holder, finished_at=None)
    is_mine = mine.update(finished_at=timezone.now(), error=error[:40])
    released(run)
    if is_mine:
        log.info(
            "run_finished",
            kind=type(run).__name__,
            run=run.pk,
            project=run.project_id,
            looked_at=run.looked_at,
            error=error,
        )
    return bool(is_mine)


def estimate(run: Run, wanted: TraceFilter, count: Callable = histogram) -> int | None:
    """About how many there will be; None where that takes too long to tell."""
    try:
        return count(run.project_id, wanted).found
    except LimitReached:
        return None


def wanted(run: Run) -> TraceFilter:
    """What the run's query asks for. Raises GivenUp where it can no longer be read."""
    query = parsed(run.query)
    if query.problems:
        raise GivenUp(UNREADABLE)
    return TraceFilter(since=run.since, until=run.until, terms=query.terms)


def place(run: Run) -> Cut | None:
    """Where the walk goes on; None at its start."""
    if not run.position:
        return None
    at, width, trace_id = json.loads(run.position)
    return Cut(Place(at, trace_id), width)


def position(cut: Cut | None) -> str:
    return json.dumps([cut.last.at, cut.width, cut.last.id]) if cut else END
