"""Deletes what is stored of traces. When that returns it is gone from every read, and stays so.

A deleted row leaves a grave: a tombstone without content whose version is above every time of
receipt. So the same row, sent again or held back on its way, never counts; and what is said of it
later is not merged into it (traces.patches). Rows that were never stored before are new.
"""

import time
from collections.abc import Callable, Iterator, Sequence

from comments import threads
from sharing import links
from sharing.models import Kind
from traces import writer
from traces.errors import Unavailable
from traces.graves import GRAVE, grave_of
from traces.locks import trace_locks
from traces.queries import deletion as stored
from traces.records import Score

# Asked with a project's id, whether rows of it that were acknowledged are still on their way.
waits_for: list[Callable[[str], bool]] = []
TRACES_AT_ONCE = 100
ROWS_AT_ONCE = 20_000
MOST_SECONDS = 45.0  # a client waits; what is left is deleted when it asks again


class Unfinished(Unavailable):
    """It cannot be said now that all is deleted. What is deleted stays so: ask again."""


def delete_traces(project_id: str, trace_ids: Sequence[str]) -> set[str]:
    """Delete the traces' rows, scores, comments and share links; returns which ids were ever known.

    Raises Unavailable, and Unfinished, after either of which it may be asked again.
    """
    if any(on_their_way(project_id) for on_their_way in waits_for):
        raise Unfinished("Rows that were held back are being written. Ask again in a moment.")
    until = time.monotonic() + MOST_SECONDS
    known: set[str] = set()
    for group in groups(sorted(set(trace_ids))):
        found = stored.known_traces(project_id, group)
        known |= found
        threads.forget(project_id, "TRACE", found)
        links.end(project_id, Kind.TRACE, found)
        bury_spans(project_id, sorted(found), until)
        bury_scores(project_id, sorted(found), until)
    return known


def groups(trace_ids: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(trace_ids), TRACES_AT_ONCE):
        yield trace_ids[first : first + TRACES_AT_ONCE]


def bury_spans(project_id: str, trace_ids: list[str], until: float) -> None:
    def bury() -> bool:
        """Under the locks of those who merge, so that none of them writes over a grave."""
        with trace_locks(project_id, trace_ids):
            rows = stored.live_spans(project_id, trace_ids, limit=ROWS_AT_ONCE)
            for trace_id in {row["trace_id"] for row in rows}:
                span_ids = {row["span_id"] for row in rows if row["trace_id"] == trace_id}
                threads.forget(project_id, "OBSERVATION", span_ids, trace_id=trace_id)
            writer.insert_spans(
                [
                    grave_of(project_id, row["trace_id"], row["span_id"], row["start_ns"])
                    for row in rows
                ]
            )
        return bool(rows)

    repeat(bury, trace_ids, until)


def bury_scores(project_id: str, trace_ids: list[str], until: float) -> None:
    def bury() -> bool:
        rows = stored.live_scores(project_id, trace_ids, limit=ROWS_AT_ONCE)
        writer.insert_scores([score_grave(project_id, row) for row in rows])
        return bool(rows)

    repeat(bury, trace_ids, until)


def repeat(bury: Callable[[], bool], trace_ids: list[str], until: float) -> None:
    """Until a look finds nothing alive, which is what makes the promise true."""
    while trace_ids and bury():
        if time.monotonic() > until:
            raise Unfinished("There was more to delete than fits into one request. Ask again.")


def score_grave(project_id: str, row: dict) -> Score:
    now = time.time_ns()
    return Score(
        project_id,
        row["id"],
        "",
        now,
        trace_id=row["trace_id"],  # so that a trace that had nothing else is known again
        received_at=now,
        version=GRAVE + now,
        is_deleted=True,
    )


def delete_score(project_id: str, score_id: str) -> bool:
    """Whether there ever was such a score. A later one of the same id is a new one."""
    if not stored.is_known_score(project_id, score_id):
        return False
    now = time.time_ns()
    tombstone = Score(project_id, score_id, "", now, received_at=now, version=now, is_deleted=True)
    writer.insert_scores([tombstone])
    return True
