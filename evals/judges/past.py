"""Putting an evaluator to what is there already: how much it is and may cost, and making the
executions, newest first. Judging them is the queue's.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.utils import timezone

from accounts.models import User
from evals.judges import evaluators, reasons
from evals.judges.finding import Ids, Unreadable, is_sampled, make, wanted_of
from evals.judges.models import Evaluator, EvaluatorVersion, Execution, PastRun, Status, Target
from evals.judges.reckoning import reckoned_cost
from evals.judges.targets import key_of
from exports import runs
from traces.errors import LimitReached
from traces.queries.filters import FIRST, LAST, TraceFilter
from traces.queries.histogram import histogram, observation_histogram
from traces.queries.observations import list_observations
from traces.queries.traces import list_traces
from traces.queries.windows import Cut

AT_ONCE = 100
MOST_OF_EXPERIMENT = 1_000_000_000  # all
MOST_WAITING = 5  # runs of one project
LATEST = 200  # executions whose mean cost tells what the next will cost

Progress = Generator[dict[str, Any], None, None]


@dataclass(frozen=True, slots=True)
class OfItem:
    """What an experiment made of a dataset's item. `item` is the item's version, None of an item
    that no dataset here has; `is_judged` where the experiment itself has the verdict, or will.
    """

    target: Ids
    item: int | None
    is_judged: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Targets that are next: how many were looked at, and where it goes on."""

    looked_at: int
    chosen: list[Ids]
    position: str
    items: Mapping[Ids, int | None] = field(default_factory=dict)
    known: int = 0


Reader = Callable[[PastRun], Sequence[OfItem]]
_readers: list[Reader] = []


class TooMany(Exception):
    """As many runs of the project are at work as may be."""


def has_room(project_id: str) -> bool:
    return PastRun.objects.filter(project=project_id, finished_at=None).count() < MOST_WAITING


def begin_experiment(
    version: EvaluatorVersion, experiment: str, name: str, user: User | None
) -> PastRun:
    """Put the version to all that the experiment made of its items. Raises TooMany."""
    project_id = version.evaluator.project_id
    if not has_room(project_id):
        raise TooMany
    run = PastRun.objects.create(
        project_id=project_id,
        asked_by=user,
        version=version,
        target=Target.OBSERVATION,
        experiment=experiment,
        experiment_name=name,
        most=MOST_OF_EXPERIMENT,
        since=FIRST,
        until=LAST,
    )
    evaluators.log.info(
        "past_run_begun", project=project_id, evaluator=version.evaluator_id,
        user=user.pk if user else None, experiment=experiment,
    )  # fmt: skip
    return run


@dataclass(frozen=True, slots=True)
class Estimate:
    """`found` match, of which about `sampled` are judged. None is unknown. `by_length` where the
    evaluator has judged nothing yet.
    """

    found: int | None
    sampled: int | None
    cost: Decimal | None
    by_length: bool = False


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
    known = mean_cost(version.evaluator)
    mean = reckoned_cost(version, wanted, target) if known is None else known
    return Estimate(found, sampled, None if mean is None else mean * sampled, known is None)


def mean_cost(evaluator: Evaluator) -> Decimal | None:
    """Of its latest executions whose cost is known; None where there are none."""
    latest = evaluator.executions.filter(status=Status.DONE, is_unpriced=False)
    some = latest.exclude(cost=None).order_by("-pk").values("pk")[:LATEST]
    return Execution.objects.filter(pk__in=some).aggregate(mean=Avg("cost"))["mean"]


def work(run_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do."""
    return runs.work(PastRun, run_id, steps, seconds=seconds)


def read_experiments_by(reader: Reader) -> None:
    """Said once, when the package that knows experiments starts."""
    _readers.append(reader)


def steps(run: PastRun) -> Progress:
    """What to note of the run after each page of targets; a page done twice is as if done once."""
    if run.position == runs.END:
        return
    looked_at, known = run.looked_at, run.known
    for page in _pages_of_experiment(run) if run.experiment else _pages_found(run):
        chosen = page.chosen[: max(0, run.most - _made(run) - known)]
        make(run.version, chosen, run=run, items=page.items)
        known += _known(run, chosen) + page.known
        looked_at += page.looked_at
        made = _made(run)
        is_full = made + known >= run.most
        place = runs.END if is_full else page.position
        yield {"looked_at": looked_at, "made": made, "known": known, "position": place}
        if is_full:
            return


def _pages_found(run: PastRun) -> Iterator[Page]:
    """Of what the query finds, newest first."""
    try:
        wanted = wanted_of(run.query, run.since, run.until)
    except Unreadable:
        raise runs.GivenUp(runs.UNREADABLE) from None
    cut, is_first = runs.place(run), True
    while cut is not None or is_first:
        seen, chosen, cut = _page(run, wanted, cut)
        is_first = False
        yield Page(seen, chosen, runs.position(cut))


def _pages_of_experiment(run: PastRun) -> Iterator[Page]:
    """Of its items as they are now, oldest first; the position counts them."""
    [read] = _readers
    found = read(run)
    for first in range(int(run.position or 0), len(found), AT_ONCE):
        some = found[first : first + AT_ONCE]
        open_ones = {one.target: one.item for one in some if not one.is_judged}
        end = first + AT_ONCE
        yield Page(
            len(some),
            list(open_ones),
            runs.END if end >= len(found) else str(end),
            items=open_ones,
            known=sum(one.is_judged for one in some),
        )


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
