"""Checks of spans that have none: what a kill, an outage or a lack of time left unchecked. And an
end to scores of traces that were deleted while they were written.

Spans are looked for by when they were received, a while behind the present, window after window up
to the last one that was swept. A span's score has one id, so sweeping again changes nothing.
"""

import time
from collections.abc import Iterator

import structlog
from django.db.models.functions import Least
from django.utils import translation

from accounts.models import Project
from evals.checks.enabled import Enabled, checks_of, share_of
from evals.checks.models import ProjectCheck, Swept
from evals.checks.scoring import PREFIX, newest, scores_of
from traces import writer
from traces.clickhouse import LimitReached, patiently
from traces.deletion import score_grave
from traces.queries.checks import Key, Wanted, orphans, unscored
from traces.queries.filters import HOUR, NS
from traces.stored import stored_spans

REACH = 6 * HOUR  # what was received before that is left as it is: a run checks it
BEHIND = 120 * NS  # by then whoever stored a span has checked it, or will not
WINDOW = 300 * NS
NARROWEST = NS
AT_ONCE = 500
MOST_ORPHANS = 20_000  # of a window

log = structlog.get_logger(__name__)


def sweep(*, for_seconds: float, now: int | None = None) -> int:
    """Go through the projects with checks, those that waited longest first. Returns how many
    scores were written. Two at once do no harm. Raises Unavailable.
    """
    until = time.monotonic() + for_seconds
    now = time.time_ns() if now is None else now
    projects = ProjectCheck.objects.filter(is_on=True).values("project_id")
    waiting = Project.objects.filter(pk__in=projects).values_list("pk", flat=True)
    swept = dict(Swept.objects.filter(project__in=projects).values_list("project_id", "until"))
    written = 0
    for project_id in sorted(waiting, key=lambda one: swept.get(one, 0)):
        if time.monotonic() > until:
            break
        since = max(swept.get(project_id, 0), now - REACH)
        with patiently(), translation.override("en"):
            written += of_project(project_id, since, now - BEHIND, until)
    return written


def of_project(project_id: str, since: int, end: int, deadline: float) -> int:
    """Window after window from `since` to `end`, or to the deadline; at least one."""
    written, width, checks = 0, WINDOW, checks_of(project_id)
    since = max(since, min((one.since for one in checks), default=since))
    while since < end:
        high = min(end, since + width)
        try:
            written += sum(of_check(project_id, one, since, high) for one in checks)
            bury_orphans(project_id, since, high)
        except LimitReached:
            if width > NARROWEST:
                width = max(NARROWEST, width // 4)
                continue
            log.warning("checks_not_swept", project=project_id, since=since, until=high)
        Swept.objects.update_or_create(project_id=project_id, defaults={"until": high})
        since = high
        if time.monotonic() > deadline:
            break
    if written:
        log.info("checks_swept", project=project_id, scores=written)
    return written


def bury_orphans(project_id: str, since: int, until: int) -> None:
    """Delete the scores that were on their way while their trace was deleted."""
    found = orphans(project_id, PREFIX, since=since, until=until, limit=MOST_ORPHANS)
    writer.insert_scores([score_grave(project_id, row) for row in found])


def of_check(project_id: str, one: Enabled, since: int, until: int) -> int:
    """Only what was received since the check was switched on."""
    written, since = 0, max(since, one.since)
    if since >= until:
        return 0
    for keys in pages(project_id, one, since, until):
        stored = stored_spans(project_id, [key for key in keys if share_of(key[0]) < one.below])
        spans = newest([row for rows in stored.values() for row in rows])
        now = time.time_ns()
        scores = [score for span in spans for score in scores_of(span, [one], now=now)]
        writer.insert_scores(scores)
        written += len(scores)
    return written


def pages(project_id: str, one: Enabled, since: int, until: int) -> Iterator[list[Key]]:
    wanted = Wanted(one.name, tuple(one.types), tuple(one.environments))
    after: Key = ("", "")
    while True:
        keys = unscored(project_id, wanted, since=since, until=until, after=after, limit=AT_ONCE)
        if keys:
            yield keys
        if len(keys) < AT_ONCE:
            return
        after = keys[-1]


def begin_again_at(project_id: str, received_at: int) -> None:
    """The next sweep of the project begins no later than at this time. What is as young as all
    that no sweep has seen yet needs no word.
    """
    if received_at > time.time_ns() - BEHIND // 2:
        return
    behind = Swept.objects.filter(project_id=project_id, until__gt=received_at)
    behind.update(until=Least("until", received_at))
