"""Putting an evaluator to what is there already: how much it is and may cost, and making the
executions, newest first. Judging them is the queue's.
"""

from collections.abc import Generator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.utils import timezone

from evals.judges import reasons
from evals.judges.finding import Ids, Unreadable, is_sampled, make, wanted_of
from evals.judges.models import Evaluator, EvaluatorVersion, Execution, PastRun, Status, Target
from evals.judges.targets import key_of
from exports import runs
from traces.errors import LimitReached
from traces.queries.filters import TraceFilter
from traces.queries.histogram import histogram, observation_histogram
from traces.queries.observations import list_observations
from traces.queries.traces import list_traces
from traces.queries.windows import Cut

AT_ONCE = 100
MOST_TARGETS = 100_000  # of one run
LATEST = 200  # executions whose mean cost tells what the next will cost

Progress = Generator[dict[str, Any], None, None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """`found` match, of which about `sampled` are judged. None is unknown."""

    found: int | None
    sampled: int | None
    cost: Decimal | None


def estimate(
    version: EvaluatorVersion, wanted: TraceFilter, target: str, sampling: float, most: int
) -> Estimate:
    """Nothing is counted that takes too long to count."""
    count = observation_histogram if target == Target.OBSERVATION else histogram
    try:
        found = count(version.evaluator.project_id, wanted).found
    except LimitReached:
        return Estimate(None, None, None)
    sampled = min(most, round(found * sampling))
    mean = mean_cost(version.evaluator)
    return Estimate(found, sampled, None if mean is None else mean * sampled)


def mean_cost(evaluator: Evaluator) -> Decimal | None:
    """Of its latest executions whose cost is known; None where there are none."""
    latest = evaluator.executions.filter(status=Status.DONE, is_unpriced=False)
    some = latest.exclude(cost=None).order_by("-pk").values("pk")[:LATEST]
    return Execution.objects.filter(pk__in=some).aggregate(mean=Avg("cost"))["mean"]


def work(run_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do."""
    return runs.work(PastRun, run_id, steps, seconds=seconds)


def steps(run: PastRun) -> Progress:
    """What to note of the run after each page of targets; a page done twice is as if done once."""
    try:
        wanted = wanted_of(run.query, run.since, run.until)
    except Unreadable:
        raise runs.GivenUp(runs.UNREADABLE) from None
    if run.position == runs.END:
        return
    looked_at, known, cut = run.looked_at, run.known, runs.place(run)
    while True:
        seen, chosen, cut = _page(run, wanted, cut)
        chosen = chosen[: max(0, run.most - _made(run) - known)]
        make(run.version, chosen, run=run)
        known += _known(run, chosen)
        looked_at += seen
        made = _made(run)
        is_full = made + known >= run.most
        place = runs.END if is_full else runs.position(cut)
        yield {"looked_at": looked_at, "made": made, "known": known, "position": place}
        if cut is None or is_full:
            return


def _made(run: PastRun) -> int:
    """Counted, not added up: a worker that was killed had perhaps made some."""
    return run.executions.count()


def _known(run: PastRun, targets: list[Ids]) -> int:
    """How many of them this version had to do with before this run."""
    keys = [key_of(*one) for one in targets]
    found = Execution.objects.filter(version=run.version, repeat=0, target_key__in=keys)
    return found.exclude(run=run).count()


def _page(
    run: PastRun, wanted: TraceFilter, after: Cut | None
) -> tuple[int, list[Ids], Cut | None]:
    """How many targets are next, those of them that are sampled, and where it goes on."""
    ids: list[Ids]
    if run.target == Target.OBSERVATION:
        some = list_observations(run.project_id, wanted, after=after, limit=AT_ONCE)
        ids, cut = [(one.trace_id, one.span_id) for one in some.observations], some.after
    else:
        page = list_traces(run.project_id, wanted, after=after, limit=AT_ONCE)
        ids, cut = [(one.trace_id, "") for one in page.traces], page.after
    evaluator_id = run.version.evaluator_id
    chosen = [one for one in ids if is_sampled(evaluator_id, one, run.sampling)]
    return len(ids), chosen, cut if isinstance(cut, Cut) else None


def cancel(run: PastRun) -> int:
    """Stop it, and drop what of it nobody was asked for. What was asked for in vain stays, with its
    cost. Returns how many executions are dropped.
    """
    runs.cancel(run)
    PastRun.objects.filter(pk=run.pk).update(is_cancelled=True)  # from here on none is made
    waiting = run.executions.filter(status=Status.WAITING)
    dropped, _by_model = waiting.filter(sent__isnull=True, cost=None).delete()
    waiting.update(
        status=Status.FAILED, finished_at=timezone.now(), held_until=None, error=reasons.CANCELLED
    )
    PastRun.objects.filter(pk=run.pk).update(dropped=F("dropped") + dropped)
    return dropped


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far judging came: of `made` executions `done` gave a score and `failed` none."""

    made: int
    done: int
    failed: int
    cost: Decimal | None

    @property
    def over(self) -> int:
        return self.done + self.failed

    @property
    def share(self) -> int:
        return 100 * self.over // self.made if self.made else 0


def progressed(run: PastRun) -> Progressed:
    found = run.executions.aggregate(
        made=Count("pk"),
        done=Count("pk", filter=Q(status=Status.DONE)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        cost=Sum("cost"),
    )
    return Progressed(**found)
