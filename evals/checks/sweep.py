"""Checks of spans that have none: what a kill, an outage or a lack of time left unchecked. And an
end to scores of traces that were deleted while they were written.

Spans are looked for by when they were received, a while behind the present, window after window up
to the last one that was swept. A span's score has one id, so sweeping again changes nothing.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from django.db.models.functions import Least
from django.utils import translation

from accounts.models import Project
from evals.checks.enabled import Enabled, checks_of
from evals.checks.models import ProjectCheck, Swept
from evals.checks.scoring import PREFIX, newest, score_id, scores_of, version_of, wanted
from evals.checks.storing import store
from ingest import seldom
from traces import writer
from traces.clickhouse import LimitReached, Refused, Unavailable, patiently
from traces.deletion import score_grave
from traces.queries.checks import Key, Received, orphans, received, versions_of
from traces.queries.filters import HOUR, NS
from traces.stored import stored_spans

REACH = 6 * HOUR  # what was received before that is left as it is: a run checks it
BEHIND = 120 * NS  # by then whoever stored a span has checked it, or will not
WINDOW = 300 * NS
NARROWEST = NS
LISTED = 20_000  # spans, of each of which so much is read as tells whether it is checked
MOST_IDS = 5_000  # of scores asked for at once, 38 bytes each
AT_ONCE = 500  # spans read whole
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
        try:
            with patiently(), translation.override("en"):
                written += of_project(project_id, since, now - BEHIND, until)
        except Unavailable:
            raise  # for all of them
        except Exception as error:
            seldom.warn("project_not_swept", project=project_id, error=type(error).__name__)
    return written


def of_project(project_id: str, since: int, end: int, deadline: float) -> int:
    """Window after window from `since` to `end`, or to the deadline; at least one."""
    written, width, checks = 0, WINDOW, checks_of(project_id)
    since = max(since, min((one.since for one in checks), default=since))
    while since < end:
        high = min(end, since + width)
        try:
            written += of_window(project_id, checks, since, high)
            bury_orphans(project_id, since, high)
        except (LimitReached, Refused):
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


def of_window(project_id: str, checks: Sequence[Enabled], since: int, until: int) -> int:
    written = 0
    at_once = max(1, MOST_IDS // max(1, len(checks)))
    for page in pages(project_id, since, until) if checks else ():
        for some in batches(page, at_once):
            due = unchecked(project_id, checks, some)
            for keys in batches(list(due), AT_ONCE):
                written += checked(project_id, {key: due[key] for key in keys})
    return written


def pages(project_id: str, since: int, until: int) -> Iterator[list[Received]]:
    after: Key = ("", "")
    while True:
        page = received(project_id, since=since, until=until, after=after, limit=LISTED)
        yield page
        if len(page) < LISTED:
            return
        after = page[-1].trace_id, page[-1].span_id


def batches(some: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for first in range(0, len(some), size):
        yield some[first : first + size]


def unchecked(
    project_id: str, checks: Sequence[Enabled], spans: Sequence[Received]
) -> dict[Key, list[Enabled]]:
    """Which checks have not seen which spans as they are now. Of what was received before a check
    was switched on none is its own; and a score that somebody deleted was there.
    """
    asked = {
        score_id(one.name, span.trace_id, span.span_id): (span, one)
        for span in spans
        for one in wanted(span, checks)
        if span.received_at >= one.since
    }
    if not asked:
        return {}
    since = min(span.ended_at for span, _ in asked.values())
    versions = versions_of(project_id, list(asked), since=since)
    due: dict[Key, list[Enabled]] = defaultdict(list)
    for named, (span, one) in asked.items():
        if versions.get(named, 0) < version_of(one, span.version):
            due[span.trace_id, span.span_id].append(one)
    return due


def checked(project_id: str, due: Mapping[Key, Sequence[Enabled]]) -> int:
    stored = stored_spans(project_id, due)
    spans = newest([row for rows in stored.values() for row in rows])
    now = time.time_ns()
    scores = [
        score
        for span in spans
        for score in scores_of(span, due[span.trace_id, span.span_id], now=now)
    ]
    store(scores)
    return len(scores)


def begin_again_at(project_id: str, received_at: int) -> None:
    """The next sweep of the project begins no later than at this time. What is as young as all
    that no sweep has seen yet needs no word.
    """
    if received_at > time.time_ns() - BEHIND // 2:
        return
    behind = Swept.objects.filter(project_id=project_id, until__gt=received_at)
    behind.update(until=Least("until", received_at))
