"""Doing the same to many traces: putting a tag on them, taking one off, deleting them, or what
others registered (exports.actions); and undoing all of it but deletion.
"""

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from exports import actions, runs
from exports.models import Action, BulkChange, BulkRun
from ingest.finish import finish
from traces import tags
from traces.deletion import delete_traces
from traces.queries.filters import TraceFilter
from traces.queries.trace_row import TraceRow
from traces.queries.traces import list_traces
from traces.search.terms import Term

MOST_TRACES = 100_000  # of one run
MOST_PROBLEMS = 20  # that are told of one run
MAX_PROBLEM = 300  # characters
TRACES_AT_ONCE = 50
TOLD = timedelta(days=28)

Progress = Generator[dict[str, Any], None, None]
log = structlog.get_logger(__name__)


class AlreadyRunning(Exception):
    """The project has a run that is not over."""


def start(**fields: Any) -> BulkRun:
    """Ask for it. Raises AlreadyRunning."""
    try:
        with transaction.atomic():
            return BulkRun.objects.create(**fields)
    except IntegrityError:
        raise AlreadyRunning from None


def undo(run: BulkRun, *, asked_by: Any) -> BulkRun:
    """Ask for what a run changed to be changed back, once no worker is at that run any more.
    Raises AlreadyRunning.
    """
    return start(
        project_id=run.project_id,
        asked_by=asked_by,
        action=Action.UNDO,
        tag=run.tag,
        target=run.target,
        undoes=run,
        estimated=run.changes.count(),
        since=run.since,
        until=run.until,
    )


def work(run_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do."""
    return runs.work(BulkRun, run_id, steps, seconds=seconds)


def steps(run: BulkRun) -> Progress:
    """What to note of the run after each few traces; a few done twice are as if done once."""
    if run.action == Action.UNDO:
        yield from _undone(run)
        return
    wanted = traces_of(run)
    if run.estimated is None and not run.position:
        ticked = len(run.trace_ids)
        yield {"estimated": ticked or runs.estimate(run, wanted)}
    if run.position == runs.END:
        return
    looked_at, changed, cut = run.looked_at, run.changed, runs.place(run)
    while True:
        page = list_traces(run.project_id, wanted, after=cut, limit=TRACES_AT_ONCE)
        traces = page.traces[: MOST_TRACES - looked_at]
        if traces:
            changed += done(run, traces)
        looked_at, cut = looked_at + len(traces), page.after
        is_cut = looked_at == MOST_TRACES and cut is not None
        told = {"looked_at": looked_at, "changed": changed, "is_cut": is_cut}
        told |= {"refused": run.refused, "problems": run.problems}
        yield told | {"position": runs.position(cut)}
        if cut is None or is_cut:
            return


def traces_of(run: BulkRun) -> TraceFilter:
    """Those that were ticked, or all that the query finds."""
    if not run.trace_ids:
        return runs.wanted(run)
    return TraceFilter(since=run.since, until=run.until, terms=(Term("id", tuple(run.trace_ids)),))


def done(run: BulkRun, traces: list[TraceRow]) -> int:
    """How many of the traces it is done to."""
    action = actions.named(run.action)
    if action is None:
        return DO[Action(run.action)](run, traces)
    lacking = action.lacking(run, [one.trace_id for one in traces])
    planned = _planned(run, traces, {trace_id: [] for trace_id in lacking})
    if not planned:
        return 0
    result = action.do(run, [one for one in traces if one.trace_id in planned])
    run.refused += len(result.refused)
    told = [(json.dumps(one)[1:-1], why[:MAX_PROBLEM]) for one, why in result.refused]
    run.problems = [*run.problems, *told][:MOST_PROBLEMS]
    return result.changed


def _add(run: BulkRun, traces: list[TraceRow]) -> int:
    lacking = {one.trace_id: [tags.OWN_ROW] for one in traces if run.tag not in one.tags}
    planned = _planned(run, traces, lacking)
    started = {one.trace_id: one.started for one in traces if one.trace_id in planned}
    tags.add(run.project_id, started, run.tag, finish=finish)
    return len(planned)


def _remove(run: BulkRun, traces: list[TraceRow]) -> int:
    ids = [one.trace_id for one in traces]
    planned = _planned(run, traces, tags.rows_with_tag(run.project_id, ids, run.tag))
    tags.take_off(run.project_id, planned, run.tag)
    return len(planned)


def _delete(run: BulkRun, traces: list[TraceRow]) -> int:
    delete_traces(run.project_id, [one.trace_id for one in traces])
    return len(traces)


DO = {Action.ADD_TAG: _add, Action.REMOVE_TAG: _remove, Action.DELETE: _delete}


def _planned(run: BulkRun, traces: list[TraceRow], found: tags.Rows) -> tags.Rows:
    """What to change of these traces, written down before it is. A worker that was killed had
    perhaps changed some of it, which what is `found` no longer tells.
    """
    ids = [json.dumps(one.trace_id) for one in traces]
    told = run.changes.filter(trace_id__in=ids).values_list("trace_id", "span_ids")
    before = {json.loads(trace_id): json.loads(span_ids) for trace_id, span_ids in told}
    BulkChange.objects.bulk_create(
        BulkChange(run=run, trace_id=json.dumps(trace_id), span_ids=json.dumps(span_ids))
        for trace_id, span_ids in found.items()
        if trace_id not in before
    )
    return found | before


def _undone(run: BulkRun) -> Progress:
    original, looked_at = run.undoes, run.looked_at
    last = int(run.position or 0)
    while changes := list(original.changes.filter(pk__gt=last).order_by("pk")[:TRACES_AT_ONCE]):
        rows = {json.loads(one.trace_id): json.loads(one.span_ids) for one in changes}
        _change_back(original, rows)
        last, looked_at = changes[-1].pk, looked_at + len(changes)
        yield {"position": str(last), "looked_at": looked_at, "changed": looked_at}


def _change_back(run: BulkRun, rows: tags.Rows) -> None:
    if action := actions.named(run.action):
        action.undo(run, list(rows))
    elif run.action == Action.ADD_TAG:
        tags.take_off(run.project_id, rows, run.tag)
    else:
        tags.put_back(run.project_id, rows, run.tag)


def expire() -> None:
    """Forget what is long over; it can then no longer be undone."""
    BulkRun.objects.filter(finished_at__lt=timezone.now() - TOLD).delete()
