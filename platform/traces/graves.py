"""The tombstones of what was deleted for good."""

import time
from collections.abc import Iterable

from traces.records import Score, Span

GRAVE = 2**63  # above every time of receipt in nanoseconds, and below the end of UInt64


def is_grave(row: Span | Score) -> bool:
    return row.is_deleted and row.version >= GRAVE


def is_buried(rows: Iterable[Span]) -> bool:
    """Whether one of a span's rows, at whatever hour it stood, was deleted for good."""
    return any(is_grave(row) for row in rows)


def grave_of(project_id: str, trace_id: str, span_id: str, start_time: int) -> Span:
    """For what stands at the hour of that start."""
    now = time.time_ns()
    return Span(
        project_id,
        trace_id,
        span_id,
        start_time,
        received_at=now,
        version=GRAVE + now,
        is_deleted=True,
    )
