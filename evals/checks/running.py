"""A check over what is stored already: the observations that a query finds, newest first."""

import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import translation

from evals.checks.enabled import WHOLE, Enabled, enabled
from evals.checks.models import CheckRun, ProjectCheck
from evals.checks.registry import CHECKS
from evals.checks.scoring import newest, scores_of
from evals.checks.storing import store
from exports import runs
from traces.queries.histogram import observation_histogram
from traces.queries.observations import list_observations
from traces.records import Score
from traces.stored import stored_spans

AT_ONCE = 100
MOST_WAITING = 5  # of one project
GONE = "gone"


class TooManyWaiting(Exception):
    """The project has as many unfinished runs as it may have."""


def start(check: ProjectCheck, **fields: Any) -> CheckRun:
    """Ask for a run. Raises TooManyWaiting."""
    with transaction.atomic():
        unfinished = CheckRun.objects.filter(project_id=check.project_id, finished_at=None)
        if unfinished.count() >= MOST_WAITING:
            raise TooManyWaiting
        return CheckRun.objects.create(project_id=check.project_id, check_of=check, **fields)


def work(run_id: int, *, seconds: float = runs.SLICE_SECONDS) -> bool:
    """Go on with a run for a while. True when there is more to do."""
    return runs.work(CheckRun, run_id, steps, seconds=seconds)


def steps(run: CheckRun) -> Generator[dict[str, Any], None, None]:
    """What to note of the run after each page; a page done twice writes the same scores again."""
    wanted, one = runs.wanted(run), whole(run.check_of)
    if run.estimated is None and not run.position:
        yield {"estimated": runs.estimate(run, wanted, observation_histogram)}
    if run.position == runs.END:
        return
    looked_at, scored, failed = run.looked_at, run.scored, run.failed
    cut = runs.place(run)
    while True:
        page = list_observations(run.project_id, wanted, after=cut, limit=AT_ONCE)
        keys = [(row.trace_id, row.span_id) for row in page.observations]
        scores = scores_at(run.project_id, keys, one)
        store(scores)
        looked_at, cut = looked_at + len(keys), page.after
        scored += len(scores)
        failed += sum(is_failure(one, score) for score in scores)
        told = {"looked_at": looked_at, "scored": scored, "failed": failed}
        yield told | {"position": runs.position(cut)}
        if cut is None:
            return


def whole(row: ProjectCheck) -> Enabled:
    """The check with its options, of whatever the query finds. Raises GivenUp."""
    if row.check_key not in CHECKS:
        raise runs.GivenUp(GONE)
    narrowed = enabled(row)
    return replace(narrowed, types=frozenset(), environments=frozenset(), named=None, below=WHOLE)


def scores_at(project_id: str, keys: list[tuple[str, str]], one: Enabled) -> list[Score]:
    rows = [row for some in stored_spans(project_id, keys).values() for row in some]
    now = time.time_ns()
    with translation.override("en"):
        return [score for span in newest(rows) for score in scores_of(span, [one], now=now)]


def is_failure(one: Enabled, score: Score) -> bool:
    bound = one.check.bound(one.options)
    if bound is None or score.value is None:
        return False
    return score.value < bound if one.check.better == "higher" else score.value > bound


def cancel(run: CheckRun) -> bool:
    return runs.cancel(run)
