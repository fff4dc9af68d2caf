"""The tombstones of what was deleted for good."""

from collections.abc import Iterable

from traces.records import Score, Span

GRAVE = 2**63  # above every time of receipt in nanoseconds, and below the end of UInt64


def is_grave(row: Span | Score) -> bool:
    return row.is_deleted and row.version >= GRAVE


def is_buried(rows: Iterable[Span]) -> bool:
    """Whether one of a span's rows, at whatever hour it stood, was deleted for good."""
    return any(is_grave(row) for row in rows)
