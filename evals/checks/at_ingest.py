"""Checks of spans as they come: once they are stored, before their sender is told so.

The outcomes are worked out there, where the spans are in memory, and written a moment later
(evals.checks.waiting). None of it decides about the acknowledgement: a check that fails, scores
that cannot be stored, and what there was no time for are left to the sweep (evals.checks.sweep).
"""

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

from django.utils import translation

from evals.checks import waiting
from evals.checks.enabled import Enabled, checks_of
from evals.checks.scoring import one_by_one
from traces.clickhouse import write_purpose
from traces.records import Score, Span

MOST_SECONDS = 0.25  # of a processor, while a sender waits; the sweep does the rest
MOST_PATIENT_SECONDS = 60.0  # where nobody waits

Checks = Mapping[str, tuple[Enabled, ...]]


def check_stored(spans: Sequence[Span]) -> None:
    """Have the scores of these spans written, which are stored themselves."""
    by_project: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_project[span.project_id].append(span)
    enabled = {project_id: checks_of(project_id) for project_id in by_project}
    concerned = {one: spans for one, spans in by_project.items() if enabled[one]}
    if not concerned:
        return
    since = {one: min(span.received_at for span in spans) for one, spans in concerned.items()}
    scores, is_all = found(concerned, enabled)
    if is_patient():
        waiting.write(scores, since)  # what was held is forgotten once this returns
    else:
        waiting.waiting.add(scores, since)
    if not is_all:
        waiting.leave(since)


def found(by_project: Mapping[str, list[Span]], enabled: Checks) -> tuple[list[Score], bool]:
    """The scores, and whether there was time for all of them."""
    is_over = allowance(MOST_PATIENT_SECONDS if is_patient() else MOST_SECONDS)
    scores: list[Score] = []
    now = time.time_ns()
    with translation.override("en"):  # what is stored is in one language, whoever sends
        for project_id, spans in by_project.items():
            for score in one_by_all(spans, enabled[project_id], now):
                if score is not None:
                    scores.append(score)
                if is_over():
                    return scores, False
    return scores, True


def one_by_all(
    spans: Iterable[Span], checks: Sequence[Enabled], now: int
) -> Generator[Score | None, None, None]:
    """Span after span, check after check; None for each that says nothing, and after each span."""
    for span in spans:
        yield from one_by_one(span, checks, now=now)
        yield None


def allowance(seconds: float) -> Callable[[], bool]:
    """Whether this thread has used so much of a processor. No processor outruns the wall's clock,
    which costs a tenth to look at, so that is asked first.
    """
    until, used = time.monotonic() + seconds, time.thread_time() + seconds
    return lambda: time.monotonic() > until and time.thread_time() > used


def is_patient() -> bool:
    return write_purpose() != "write"
