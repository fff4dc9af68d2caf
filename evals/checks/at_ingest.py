"""Checks of spans as they come: after they are stored, before their sender is told so.

So whoever reads a trace that was acknowledged reads its checks too. None of it decides about the
acknowledgement: a check that fails, scores that cannot be stored, and what there was no time for
are left to the sweep (evals.checks.sweep).
"""

import time
from collections import defaultdict
from collections.abc import Sequence

from django.utils import translation

from evals.checks.enabled import checks_of
from evals.checks.scoring import scores_of
from ingest import seldom
from traces import writer
from traces.clickhouse import Refused, Unavailable
from traces.records import Score, Span

MOST_SECONDS = 0.25  # of a processor, in one delivery; the sweep does the rest
PAUSE_SECONDS = 10.0  # after scores could not be stored: nobody waits for that again and again

_paused_until = 0.0


def check_stored(spans: Sequence[Span]) -> None:
    """Write the scores of these spans, which are stored. Never raises."""
    by_project: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_project[span.project_id].append(span)
    enabled = {project_id: checks_of(project_id) for project_id in by_project}
    if any(enabled.values()) and time.monotonic() >= _paused_until:
        store(found(by_project, enabled))


def found(by_project: dict[str, list[Span]], enabled: dict) -> list[Score]:
    until = time.thread_time() + MOST_SECONDS
    scores: list[Score] = []
    with translation.override("en"):  # what is stored is in one language, whoever sends
        for project_id, spans in by_project.items():
            if not enabled[project_id]:
                continue
            for number, span in enumerate(spans):
                scores += scores_of(span, enabled[project_id])
                if time.thread_time() > until:
                    left = len(spans) - number - 1
                    seldom.warn("checks_left_to_the_sweep", project=project_id, spans=left)
                    return scores
    return scores


def store(scores: list[Score]) -> None:
    global _paused_until
    try:
        writer.insert_scores(scores)
    except Unavailable as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        seldom.warn("checks_not_stored", reason=str(error)[:200])
    except Refused as error:
        seldom.warn("checks_refused", rows=len(error.rows), reason=str(error)[:200])
