"""Experiments, whichever way they were recorded: by rows (SDKs 2 to 4, and pages) and by their
spans (SDKs 4 and 5, and pages). What both tell of is told once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from evals.datasets.models import Dataset
from evals.experiments.models import Run, RunItem
from traces.api.moments import nanoseconds
from traces.api.shapes.values import json_values
from traces.queries import experiments as told_by_spans
from traces.queries.experiments import MOST_MEMBERS, Member, Told
from traces.queries.langfuse.conditions import ALL_TIME, TimeRange

MOST_RUNS = 1_000  # of a project or a dataset that are looked at, the newest
MOST_EMPTIED = 1_000
ALL = 2**31 - 1  # items of an experiment: as many as can be counted
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """`dataset_id` is empty where the items are of no dataset here. `created` is in nanoseconds;
    `items` are as many as its rows or its spans name, whichever are more.
    """

    id: str
    name: str
    description: str
    metadata: Any
    dataset_id: str
    created: int
    updated: int
    items: int

    @property
    def created_at(self) -> datetime:
        return moment_of(self.created)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRun:
    """One time that an item was run. `span_id` is empty where only the trace is known."""

    id: str
    run_id: str
    item_id: str
    trace_id: str
    span_id: str
    created: int
    version_at: int | None  # the moment whose version of the item was taken
    expected_output: str = ""  # as the spans tell it

    @property
    def place(self) -> tuple[str, str]:
        return self.trace_id, self.span_id


def moment_of(nanoseconds_: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds_ / 1e9, UTC)


def ns(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000


def emptied(project_id: str) -> dict[str, int]:
    """When what was deleted last was deleted, by the experiment's id."""
    gone = Run.objects.filter(project=project_id).exclude(emptied_at=None).order_by("-emptied_at")
    found = gone.values_list("public_id", "emptied_at")[:MOST_EMPTIED]
    return {run_id: ns(moment) for run_id, moment in found}


def experiments(
    project_id: str,
    *,
    dataset_ids: Collection[str] = (),
    ids: Collection[str] = (),
    names: Collection[str] = (),
    time: TimeRange = ALL_TIME,
) -> list[Experiment]:
    """The newest first, MOST_RUNS at most. Raises traces.errors.Unavailable."""
    spans = told_by_spans.experiments(
        project_id,
        limit=MOST_RUNS,
        time=time,
        ids=ids,
        names=names,
        dataset_ids=dataset_ids,
        emptied=emptied(project_id),
    )
    rows = stored(project_id, dataset_ids, ids, names, time)
    found = {one.id: of_spans(one) for one in spans}
    for row in rows:
        if row.is_there or row.count or row.public_id in found:
            found[row.public_id] = of_row(row, found.get(row.public_id))
    newest = sorted(found.values(), key=lambda one: (one.created, one.id), reverse=True)
    return newest[:MOST_RUNS]


def stored(
    project_id: str,
    dataset_ids: Collection[str],
    ids: Collection[str],
    names: Collection[str],
    time: TimeRange,
) -> list[Any]:
    """Rows, each with the `count` of its items."""
    found: QuerySet[Run] = Run.objects.filter(project=project_id)
    if dataset_ids:
        found = found.filter(dataset__in=list(dataset_ids))
    if ids:
        found = found.filter(public_id__in=list(ids))
    if names:
        found = found.filter(name__in=list(names))
    if time != ALL_TIME:
        found = found.filter(
            Q(created_at__gte=moment_of(time.since)), created_at__lt=moment_of(time.until)
        )
    return list(
        found.annotate(count=Count("items__item_id", distinct=True)).order_by("-created_at")[
            :MOST_RUNS
        ]
    )


def of_spans(told: Told) -> Experiment:
    return Experiment(
        id=told.id,
        name=told.name,
        description=told.description,
        metadata=json_values(told.metadata) or None,
        dataset_id=told.dataset_id,
        created=told.started,
        updated=told.ended,
        items=told.items,
    )


def of_row(row: Run, spans: Experiment | None) -> Experiment:
    return Experiment(
        id=row.public_id,
        name=row.name,
        description=row.description,
        metadata=row.metadata,
        dataset_id=row.dataset_id or "",
        created=ns(row.created_at),
        updated=max(ns(row.updated_at), spans.updated if spans else 0),
        items=max(row.count, spans.items if spans else 0),
    )


def experiment_of(project_id: str, run_id: str) -> Experiment | None:
    return next(iter(experiments(project_id, ids=[run_id])), None)


def item_counts(project_id: str, ids: Collection[str]) -> dict[str, int]:
    """By experiment: its items of all time."""
    found = experiments(project_id, ids=ids) if ids else []
    return {one.id: one.items for one in found}


def experiment_named(dataset: Dataset, name: str) -> Experiment | None:
    """The newest of that name."""
    found = experiments(dataset.project_id, dataset_ids=[dataset.pk], names=[name])
    return next(iter(found), None)


def item_runs(
    project_id: str,
    ids: Collection[str],
    *,
    item_ids: Collection[str] = (),
    most: int = MOST_MEMBERS,
    until: int = ALL_TIME.until,
) -> dict[str, list[ItemRun]]:
    """By experiment, the newest of before `until` first, `most` of each; where items are named, of
    these alone. What a row and spans tell of has the row's time.
    """
    found: dict[str, dict[tuple[str, str], ItemRun]] = {one: {} for one in ids}
    if not found:
        return {}
    spans = told_by_spans.members(
        project_id, ids, item_ids=item_ids, emptied=emptied(project_id), most=most, until=until
    )
    for member in spans:
        found[member.run_id][member.item_id, member.trace_id] = of_member(member)
    traces = {member.trace_id for member in spans}
    for row in stored_items(project_id, ids, item_ids, most, until, traces):
        of_run, key = found[row.run.public_id], (row.item_id, row.trace_id)
        of_run[key] = of_item(row, of_run.get(key))
    return {run_id: newest(of_run.values(), most, until) for run_id, of_run in found.items()}


def newest(runs: Collection[ItemRun], most: int, until: int) -> list[ItemRun]:
    before = [one for one in runs if one.created < until]
    return sorted(before, key=lambda one: (one.created, one.id), reverse=True)[:most]


def item_run_count(project_id: str, run_id: str) -> int:
    """How many there are in all, as `item_runs` tells them."""
    told = told_by_spans.member_keys(project_id, run_id, emptied=emptied(project_id))
    rows = RunItem.objects.filter(run__project=project_id, run__public_id=run_id).order_by()
    return len(told.union(rows.values_list("item_id", "trace_id").iterator()))


def stored_items(
    project_id: str,
    ids: Collection[str],
    item_ids: Collection[str],
    most: int,
    until: int,
    traces: set[str],
) -> list[RunItem]:
    """`most` of each experiment, the newest of before `until`; and those of the `traces`: else one
    that spans tell of, too, would be told twice, once at each time.
    """
    rows = RunItem.objects.filter(run__project=project_id, run__public_id__in=list(ids))
    rows = rows.select_related("run").order_by("-created_at", "-id")
    if item_ids:
        rows = rows.filter(item_id__in=list(item_ids))
    is_all = until == ALL_TIME.until
    some = rows if is_all else rows.filter(created_at__lt=moment_after(until))
    place = Window(RowNumber(), partition_by="run", order_by=("-created_at", "-id"))
    found = list(some.annotate(place=place).filter(place__lte=most))
    if is_all and len(found) < most:
        return found
    left = traces - {row.trace_id for row in found}
    return [*found, *rows.filter(trace_id__in=left)] if left else found


def moment_after(nanoseconds_: int) -> datetime:
    """The first microsecond that is later."""
    return EPOCH + timedelta(microseconds=nanoseconds_ // 1_000 + 1)


def of_member(member: Member) -> ItemRun:
    return ItemRun(
        id=f"{member.trace_id}-{member.span_id}",
        run_id=member.run_id,
        item_id=member.item_id,
        trace_id=member.trace_id,
        span_id=member.span_id,
        created=member.started,
        version_at=nanoseconds(member.version_at),
        expected_output=member.expected_output,
    )


def of_item(row: RunItem, spans: ItemRun | None) -> ItemRun:
    told_at = spans.version_at if spans else None
    return ItemRun(
        id=row.pk,
        run_id=row.run.public_id,
        item_id=row.item_id,
        trace_id=row.trace_id,
        span_id=row.observation_id or (spans.span_id if spans else ""),
        created=ns(row.created_at),
        version_at=ns(row.version_at) if row.version_at else told_at,
        expected_output=spans.expected_output if spans else "",
    )


def latest(runs: Collection[ItemRun]) -> dict[str, ItemRun]:
    """By item, of the runs newest first: what is run again counts as it came out the last time."""
    found: dict[str, ItemRun] = {}
    for one in runs:
        found.setdefault(one.item_id, one)
    return found
