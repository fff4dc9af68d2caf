"""Scores of checks on their way into the store, of which none holds up the others."""

from collections.abc import Sequence

from ingest import seldom
from traces import writer
from traces.clickhouse import Refused
from traces.records import Score


def store(scores: Sequence[Score]) -> None:
    """All that the store takes; of what it never will, the log tells. Raises Unavailable."""
    try:
        writer.insert_scores(scores)
    except Refused as error:
        seldom.warn("checks_refused", rows=len(error.rows), reason=str(error)[:200])
