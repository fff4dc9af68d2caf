"""Of a span that stands at two hours, leaves one row; of one that was deleted, none."""

from collections.abc import Sequence

from traces import patches, writer
from traces.graves import grave_of, is_buried
from traces.locks import trace_locks
from traces.records import Span
from traces.stored import Key, stored_spans

SPANS_AT_ONCE = 500


def settle(project_id: str, keys: Sequence[Key], *, finish: patches.Finish) -> int:
    """Leave what was received last, as where the hour is the same, and bury the others; where what
    was said bit by bit is among them, unite them. Returns of how many spans.

    Under the locks of those who merge. A span that is inserted meanwhile is newer than the
    tombstone of its predecessor, and is left alone.
    """
    settled = 0
    for first in range(0, len(keys), SPANS_AT_ONCE):
        group = keys[first : first + SPANS_AT_ONCE]
        with trace_locks(project_id, {trace_id for trace_id, _ in group}):
            stored = stored_spans(project_id, group)
            found = {key: live(rows) for key, rows in stored.items()}
            deleted = {key: rows for key, rows in found.items() if is_buried(stored[key]) and rows}
            standing = {
                key: rows for key, rows in found.items() if len(rows) > 1 and key not in deleted
            }
            partial = [key for key, rows in standing.items() if any(row.clocks for row in rows)]
            whole = [rows for key, rows in standing.items() if key not in partial]
            writer.insert_spans([tombstone(old) for rows in whole for old in rows[:-1]])
            writer.insert_spans(
                [
                    grave_of(project_id, *key, old.start_time)
                    for key, rows in deleted.items()
                    for old in rows
                ]
            )
        patches.unite(project_id, partial, finish=finish)
        settled += len(partial) + len(whole) + len(deleted)
    return settled


def live(rows: Sequence[Span]) -> list[Span]:
    """Those that count, the newest last."""
    return sorted((row for row in rows if not row.is_deleted), key=lambda row: row.version)


def tombstone(old: Span) -> Span:
    return Span(
        old.project_id,
        old.trace_id,
        old.span_id,
        old.start_time,
        received_at=old.received_at,
        version=old.version + 1,
        is_deleted=True,
    )
